/**
 * The nested OP_IF branches of a run. Only how many there are and which is the outermost false one is kept, as
 * nothing else matters: a list of booleans would make a long script's cost grow with the square of its nesting.
 */
export class Conditions {
  private depth = 0
  /** Zero: none. Otherwise its depth, counted from one. */
  private firstFalse = 0

  get empty(): boolean {
    return this.depth === 0
  }

  /** Whether operations run here. */
  get allTrue(): boolean {
    return this.firstFalse === 0
  }

  enter(value: boolean): void {
    this.depth++
    if (!value && this.firstFalse === 0) this.firstFalse = this.depth
  }

  leave(): void {
    if (this.firstFalse === this.depth) this.firstFalse = 0
    this.depth--
  }

  /** OP_ELSE: inside an outer false branch the value of the innermost cannot matter. */
  toggle(): void {
    if (this.firstFalse === 0) this.firstFalse = this.depth
    else if (this.firstFalse === this.depth) this.firstFalse = 0
  }
}
