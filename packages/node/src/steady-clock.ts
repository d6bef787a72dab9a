import type { Clock } from '@raistone/consensus'

/**
 * The ledger's time: the machine's, but never earlier than it was when the last block came. A machine whose clock is
 * set back would otherwise find its own chain in the future, and mine nothing until it has caught up; from the last
 * block on, a clock that only counts forward goes on instead.
 */
export class SteadyClock implements Clock {
  private floor: { readonly timeMs: number; readonly countMs: number } | undefined

  constructor(
    private readonly machine: Clock,
    /** Milliseconds since any moment, never going back. */
    private readonly count: () => number,
  ) {}

  nowMs(): number {
    const { floor } = this
    const machineMs = this.machine.nowMs()
    return floor ? Math.max(machineMs, floor.timeMs + this.count() - floor.countMs) : machineMs
  }

  /** A block was accepted now: it will not be earlier again. */
  mark(): void {
    this.floor = { timeMs: this.nowMs(), countMs: this.count() }
  }

  /** The chain on disk is later than the machine's clock can explain: time goes on from there. */
  resume(timeSec: number): void {
    this.floor = { timeMs: timeSec * 1000, countMs: this.count() }
  }
}
