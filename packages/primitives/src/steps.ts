/** Work that can be interrupted: it yields wherever others may have their turn, and returns the result. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Does all of the work at once. */
export function doneAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
