import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { randomBytes } from '@noble/hashes/utils.js'
import { fromHex, toHex } from '@raistone/primitives'
import { WalletError } from '../wallet-error.js'

/** Cost of scrypt (RFC 7914). */
export interface SealCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

/** 64 MB for each guess, and a wait that a person hardly notices once. */
export const sealCost: SealCost = { n: 2 ** 16, r: 8, p: 1 }

/** A secret under a passphrase: scrypt, then XChaCha20-Poly1305. All bytes as hex. */
export interface Sealed extends SealCost {
  readonly salt: string
  readonly nonce: string
  readonly box: string
  /** Sealed under the empty passphrase, which protects nothing. */
  readonly open: boolean
}

/** A file must not make the machine compute for hours or take all its memory. */
const MOST_MEMORY = 2 ** 30

const SALT_BYTES = 16
const NONCE_BYTES = 24
const KEY_BYTES = 32

const keyOf = (passphrase: string, salt: Uint8Array, { n, r, p }: SealCost): Promise<Uint8Array> =>
  scryptAsync(passphrase.normalize('NFKD'), salt, { N: n, r, p, dkLen: KEY_BYTES, maxmem: MOST_MEMORY + 2 ** 20 })

export async function seal(secret: Uint8Array, passphrase: string, cost: SealCost = sealCost): Promise<Sealed> {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const key = await keyOf(passphrase, salt, cost)
  const box = xchacha20poly1305(key, nonce).encrypt(secret)
  return { ...cost, salt: toHex(salt), nonce: toHex(nonce), box: toHex(box), open: passphrase === '' }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1

const plausible = ({ n, r, p }: SealCost): boolean =>
  [n, r, p].every(isCount) && n > 1 && Number.isInteger(Math.log2(n)) && p <= 16 && 128 * n * r <= MOST_MEMORY

const isHex = (value: unknown, bytes?: number): boolean =>
  typeof value === 'string' && /^(?:[0-9a-f]{2})+$/.test(value) && (bytes === undefined || value.length === 2 * bytes)

/** Whether it has the form of a sealed secret, with a cost that a machine can pay. */
export function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null) return false
  const sealed = value as Sealed
  return (
    plausible(sealed) &&
    isHex(sealed.salt, SALT_BYTES) &&
    isHex(sealed.nonce, NONCE_BYTES) &&
    isHex(sealed.box) &&
    typeof sealed.open === 'boolean'
  )
}

/** Throws a WalletError: `passphrase` where it is the wrong one (or the box is not what was sealed), `damaged`. */
export async function unseal(sealed: Sealed, passphrase: string): Promise<Uint8Array> {
  if (!isSealed(sealed)) throw new WalletError('damaged', 'is damaged: its sealed part has no such form')
  const key = await keyOf(passphrase, fromHex(sealed.salt), sealed)
  try {
    return xchacha20poly1305(key, fromHex(sealed.nonce)).decrypt(fromHex(sealed.box))
  } catch {
    throw new WalletError('passphrase', 'wrong passphrase')
  } finally {
    key.fill(0)
  }
}
