/**
 * Who does which batch of a run, and how far the run still matters: numbers in memory that all threads share. The first
 * is the place of the lowest batch with a failure: batches above it can no longer change the result. Then one for each
 * batch.
 */
export class Claims {
  private readonly numbers: Int32Array

  /** Over the beginning of the memory. */
  constructor(
    memory: SharedArrayBuffer,
    readonly count: number,
  ) {
    this.numbers = new Int32Array(memory, 0, Claims.size(count) / Int32Array.BYTES_PER_ELEMENT)
  }

  /** Bytes of the claims of so many batches. */
  static size(count: number): number {
    return (1 + count) * Int32Array.BYTES_PER_ELEMENT
  }

  /** To be called once, before any other thread has the memory. */
  begin(): void {
    this.numbers[STOP] = NO_FAILURE
  }

  /** Takes a batch that nobody has; false if somebody has, or nobody needs it. */
  take(order: number, by: Taker): boolean {
    return this.matters(order) && Atomics.compareExchange(this.numbers, 1 + order, FREE, by) === FREE
  }

  takerOf(order: number): Taker | undefined {
    const taker = Atomics.load(this.numbers, 1 + order)
    return taker === FREE ? undefined : (taker as Taker)
  }

  /** Lets another take a batch. */
  release(order: number): void {
    Atomics.store(this.numbers, 1 + order, FREE)
  }

  /** Whether the batch can still change the result. */
  matters(order: number): boolean {
    return order <= Atomics.load(this.numbers, STOP)
  }

  /** A batch has a failure: all that are above it are left. */
  stopAfter(order: number): void {
    for (let now = Atomics.load(this.numbers, STOP); order < now; ) {
      const before = Atomics.compareExchange(this.numbers, STOP, now, order)
      if (before === now) return
      now = before
    }
  }

  /** All batches are left. */
  stop(): void {
    Atomics.store(this.numbers, STOP, NONE_MATTERS)
  }
}

/** Who takes a batch: the thread that began the run, or the one that it was sent to. */
export const taker = { here: 1, thread: 2 } as const
export type Taker = (typeof taker)[keyof typeof taker]

const FREE = 0
const STOP = 0
const NO_FAILURE = 0x7fffffff
const NONE_MATTERS = -1
