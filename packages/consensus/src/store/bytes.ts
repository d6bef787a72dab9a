/** `length` bytes from one place to another; for a few, `set` takes longer than a loop. */
export function copyBytes(from: Uint8Array, at: number, to: Uint8Array, toAt: number, length: number): void {
  for (let i = 0; i < length; i++) to[toAt + i] = from[at + i] as number
}

export function writeU32(n: number, out: Uint8Array, at: number): void {
  out[at] = n
  out[at + 1] = n >>> 8
  out[at + 2] = n >>> 16
  out[at + 3] = n >>> 24
}

export const readU32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0
