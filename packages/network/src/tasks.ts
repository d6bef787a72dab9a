/** Work nobody waits for until the end: `settled` waits for all of it. */
export class Tasks {
  private readonly running = new Set<Promise<void>>()

  /** Runs it now; a failure goes to `failed`. */
  run(work: () => Promise<void>, failed: (error: unknown) => void): void {
    const task = work().catch(failed)
    this.running.add(task)
    void task.finally(() => this.running.delete(task))
  }

  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running)
  }
}
