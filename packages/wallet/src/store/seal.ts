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

/** About a third of a second and 64 MB for each guess. */
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

const plausible = ({ n, r, p }: SealCost): boolean =>
  Number.isInteger(Math.log2(n)) && n > 1 && r >= 1 && p >= 1 && p <= 16 && 128 * n * r <= MOST_MEMORY

/** Throws a WalletError `passphrase` where it is the wrong one. */
export async function unseal(sealed: Sealed, passphrase: string): Promise<Uint8Array> {
  if (!plausible(sealed)) throw new WalletError('damaged', 'the wallet asks for an impossible amount of work')
  const key = await keyOf(passphrase, fromHex(sealed.salt), sealed)
  try {
    return xchacha20poly1305(key, fromHex(sealed.nonce)).decrypt(fromHex(sealed.box))
  } catch {
    throw new WalletError('passphrase', 'wrong passphrase')
  }
}
