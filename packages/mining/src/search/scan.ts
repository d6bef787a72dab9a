// SHA-256 of a header, twice, for many nonces. The first 64 of its 80 bytes do not change with the nonce, so their
// state is computed once; only digests whose last word can meet the target are looked at further.

const K = Uint32Array.from(
  (
    '428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5 d807aa98 12835b01 243185be 550c7dc3 ' +
    '72be5d74 80deb1fe 9bdc06a7 c19bf174 e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da ' +
    '983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967 27b70a85 2e1b2138 4d2c6dfc 53380d13 ' +
    '650a7354 766a0abb 81c2c92e 92722c85 a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070 ' +
    '19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3 748f82ee 78a5636f 84c87814 8cc70208 ' +
    '90befffa a4506ceb bef9a3f7 c67178f2'
  )
    .split(' ')
    .map(word => Number.parseInt(word, 16)),
)

const INITIAL = Int32Array.from(
  '6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19'
    .split(' ')
    .map(word => Number.parseInt(word, 16)),
)

/** One round of FIPS 180-4 over the sixteen words in `w`, from `state` into `out`. */
function compress(state: Int32Array, w: Int32Array, out: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] as number
    const y = w[t - 2] as number
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0
  }
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[t] as number) + (w[t] as number)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  out[0] = ((state[0] as number) + a) | 0
  out[1] = ((state[1] as number) + b) | 0
  out[2] = ((state[2] as number) + c) | 0
  out[3] = ((state[3] as number) + d) | 0
  out[4] = ((state[4] as number) + e) | 0
  out[5] = ((state[5] as number) + f) | 0
  out[6] = ((state[6] as number) + g) | 0
  out[7] = ((state[7] as number) + h) | 0
}

const swap = (n: number): number => (((n & 0xff) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0

/** The digest, read as Bitcoin reads it: a little-endian number. */
const numberOf = (digest: Int32Array): bigint =>
  digest.reduceRight((sum, word) => (sum << 32n) | BigInt(swap(word)), 0n)

/** Scans nonces of one header; the header's own nonce is ignored. */
export class NonceScan {
  private readonly midstate = new Int32Array(8)
  private readonly tail = new Int32Array(3)
  private readonly targetTop: number
  private readonly w = new Int32Array(64)
  private readonly digest = new Int32Array(8)

  constructor(
    header: Uint8Array,
    private readonly target: bigint,
  ) {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
    for (let i = 0; i < 16; i++) this.w[i] = view.getInt32(4 * i)
    compress(INITIAL, this.w, this.midstate)
    for (let i = 0; i < 3; i++) this.tail[i] = view.getInt32(64 + 4 * i)
    this.targetTop = Number(target >> 224n)
  }

  /** The first nonce from `from` on, of `count`, that meets the target; -1 if none does. */
  run(from: number, count: number): number {
    const { w, digest, midstate, tail, targetTop } = this
    for (let nonce = from; nonce < from + count; nonce++) {
      w.fill(0, 0, 16)
      w.set(tail)
      w[3] = swap(nonce)
      w[4] = 0x80000000
      w[15] = 640
      compress(midstate, w, digest)
      w.set(digest)
      w[8] = 0x80000000
      w.fill(0, 9, 15)
      w[15] = 256
      compress(INITIAL, w, digest)
      if (swap(digest[7] as number) <= targetTop && numberOf(digest) <= this.target) return nonce
    }
    return -1
  }
}

export const NONCES = 0x100000000
