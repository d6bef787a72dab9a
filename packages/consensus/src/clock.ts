/** Where the time comes from: the machine, a test, or `setmocktime`. Milliseconds since 1970. */
export interface Clock {
  nowMs(): number
}

export const nowSec = (clock: Clock): number => Math.floor(clock.nowMs() / 1000)
