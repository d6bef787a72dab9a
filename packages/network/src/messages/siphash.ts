/** Eight 32-bit halves: four 64-bit words, low half first. `bigint` here would cost a second on a full mempool. */
type State = Uint32Array

function add(s: State, to: number, from: number): void {
  const low = (s[to] as number) + (s[from] as number)
  s[to] = low
  s[to + 1] = (s[to + 1] as number) + (s[from + 1] as number) + (low > 0xffffffff ? 1 : 0)
}

/** Rotates a word left by less than 32 bits, then mixes another into it. */
function rotateXor(s: State, to: number, by: number, from: number): void {
  const low = s[to] as number
  const high = s[to + 1] as number
  s[to] = ((low << by) | (high >>> (32 - by))) ^ (s[from] as number)
  s[to + 1] = ((high << by) | (low >>> (32 - by))) ^ (s[from + 1] as number)
}

/** Rotates a word by 32 bits. */
function swap(s: State, at: number): void {
  const low = s[at] as number
  s[at] = s[at + 1] as number
  s[at + 1] = low
}

function round(s: State): void {
  add(s, 0, 2)
  rotateXor(s, 2, 13, 0)
  swap(s, 0)
  add(s, 4, 6)
  rotateXor(s, 6, 16, 4)
  add(s, 0, 6)
  rotateXor(s, 6, 21, 0)
  add(s, 4, 2)
  rotateXor(s, 2, 17, 4)
  swap(s, 4)
}

function absorb(s: State, low: number, high: number): void {
  s[6] = (s[6] as number) ^ low
  s[7] = (s[7] as number) ^ high
  round(s)
  round(s)
  s[0] = (s[0] as number) ^ low
  s[1] = (s[1] as number) ^ high
}

/** "somepseudorandomlygeneratedbytes", as the authors of SipHash chose. */
const start = Uint32Array.of(
  0x70736575,
  0x736f6d65,
  0x6e646f6d,
  0x646f7261,
  0x6e657261,
  0x6c796765,
  0x79746573,
  0x74656462,
)

/** SipHash-2-4 of the bytes under a key of 16 bytes: the low and the high half of the result. */
export function sipHash(key: Uint8Array, input: Uint8Array): readonly [low: number, high: number] {
  const s = start.slice()
  const k = new DataView(key.buffer, key.byteOffset, 16)
  for (let i = 0; i < 8; i++) s[i] = (s[i] as number) ^ k.getUint32((i % 4) * 4, true)
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const whole = input.length - (input.length % 8)
  for (let at = 0; at < whole; at += 8) absorb(s, view.getUint32(at, true), view.getUint32(at + 4, true))
  const last = new Uint8Array(8)
  last.set(input.subarray(whole))
  last[7] = input.length
  const tail = new DataView(last.buffer)
  absorb(s, tail.getUint32(0, true), tail.getUint32(4, true))
  s[4] = (s[4] as number) ^ 0xff
  for (let i = 0; i < 4; i++) round(s)
  const fold = (at: number): number =>
    ((s[at] as number) ^ (s[at + 2] as number) ^ (s[at + 4] as number) ^ (s[at + 6] as number)) >>> 0
  return [fold(0), fold(1)]
}
