import { equalBytes } from '../codec/bytes.js'

/** The forms in which a public key stands in a script (SEC 1; hybrid keys name the parity of y as well as y). */
export type KeyForm = 'compressed' | 'uncompressed' | 'hybrid'

const forms: ReadonlyMap<number, { readonly form: KeyForm; readonly length: number }> = new Map([
  [2, { form: 'compressed', length: 33 }],
  [3, { form: 'compressed', length: 33 }],
  [4, { form: 'uncompressed', length: 65 }],
  [6, { form: 'hybrid', length: 65 }],
  [7, { form: 'hybrid', length: 65 }],
])

/** Form of a public key by first byte and length; undefined if it is none. Says nothing about lying on the curve. */
export function keyForm(key: Uint8Array): KeyForm | undefined {
  const row = forms.get(key[0] as number)
  return row?.length === key.length ? row.form : undefined
}

/** A hybrid key as an uncompressed one if its first byte has the right parity, others as they are; else undefined. */
export function withoutHybridForm(key: Uint8Array): Uint8Array | undefined {
  const form = keyForm(key)
  if (form !== 'hybrid') return form && key
  if (((key[0] as number) & 1) !== ((key[64] as number) & 1)) return undefined
  const plain = Uint8Array.from(key)
  plain[0] = 4
  return plain
}

/** A 32-byte x as the compressed key with even y (BIP-0340). */
export function compressedFromXOnly(x: Uint8Array): Uint8Array {
  const key = new Uint8Array(33)
  key[0] = 2
  key.set(x, 1)
  return key
}

/** Whether a compressed key has this x and this parity of y. */
export const hasXAndParity = (compressed: Uint8Array, x: Uint8Array, parity: number): boolean =>
  compressed[0] === 2 + parity && equalBytes(compressed.subarray(1), x)
