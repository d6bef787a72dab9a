/** Milliseconds of a clock that never jumps: what deadlines and rates are counted in, whatever the ledger's time is. */
export const monotonicMs = (): number => performance.now()

/** One timer: setting it again replaces it. */
export class Alarm {
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ring: () => void) {}

  set(atMs: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(
      () => {
        this.timer = undefined
        this.ring()
      },
      Math.max(0, atMs - monotonicMs()),
    )
  }

  /** Sets it unless it is set already. */
  setOnce(atMs: number): void {
    if (this.timer === undefined) this.set(atMs)
  }

  clear(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }
}

/** Resolves after a time, or rejects when the signal aborts. */
export function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(new Error('stopped'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, waitMs)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
