/** Bytes that are the same in every run (xorshift32): no secrets, only variety. */
export function seededBytes(seed: number): (length: number) => Uint8Array {
  let state = seed | 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 255
  }
  return length => Uint8Array.from({ length }, next)
}
