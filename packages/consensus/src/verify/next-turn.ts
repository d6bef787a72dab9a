import type { Steps } from '@raistone/primitives'

declare const setImmediate: ((run: () => void) => void) | undefined

/** Lets timers, sockets and other waiting work run before it resolves. */
export const nextTurn = (): Promise<void> =>
  new Promise(resolve => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })

/** How long this thread may work before others must have their turn, in milliseconds. */
export const SLICE_MS = 8

/** Tells when a slice is over and then gives the others their turn. */
export class Slices {
  private end = performance.now() + SLICE_MS

  constructor(private readonly sliceMs = SLICE_MS) {
    this.end = performance.now() + sliceMs
  }

  get over(): boolean {
    return performance.now() >= this.end
  }

  /** Resolves at once within a slice, else after the others' turn. */
  async pause(): Promise<void> {
    if (!this.over) return
    await nextTurn()
    this.end = performance.now() + this.sliceMs
  }
}

/** Goes through the steps, with a pause wherever the slice is over. */
export async function inSlices<T>(steps: Steps<T>, slices: Slices): Promise<T> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (slices.over) await slices.pause()
  }
}
