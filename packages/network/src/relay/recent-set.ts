/** The last so many members; older ones are forgotten. */
export class RecentSet<T> {
  private readonly members = new Set<T>()

  constructor(private readonly most: number) {}

  add(member: T): void {
    this.members.delete(member)
    this.members.add(member)
    if (this.members.size <= this.most) return
    const oldest = this.members.values().next()
    if (!oldest.done) this.members.delete(oldest.value)
  }

  has(member: T): boolean {
    return this.members.has(member)
  }

  delete(member: T): boolean {
    return this.members.delete(member)
  }
}
