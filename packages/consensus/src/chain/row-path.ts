import { field, type HeaderRows, NONE } from './header-rows.js'

/** A header and its ancestors, by height. */
export class RowPath {
  private byHeight = new Uint32Array(64)
  private length = 0

  constructor(private readonly rows: HeaderRows) {}

  /** The row that leads; to be asked only after `lead`. */
  get last(): number {
    return this.byHeight[this.length - 1] as number
  }

  at(height: number): number | undefined {
    return height < this.length ? this.byHeight[height] : undefined
  }

  /** Makes it the path to this row. Takes as many steps as the two paths differ. */
  lead(row: number): void {
    const height = this.rows.get(row, field.height)
    if (height >= this.byHeight.length) this.grow(height + 1)
    const known = Math.min(this.length, height + 1)
    this.length = height + 1
    let at = row
    for (let i = height; at !== NONE && (i >= known || this.byHeight[i] !== at); i--) {
      this.byHeight[i] = at
      at = this.rows.get(at, field.parent)
    }
  }

  private grow(least: number): void {
    const more = new Uint32Array(Math.max(least, 2 * this.byHeight.length))
    more.set(this.byHeight)
    this.byHeight = more
  }
}
