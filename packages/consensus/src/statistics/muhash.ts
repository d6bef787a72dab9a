import { chacha20orig } from '@noble/ciphers/chacha.js'
import { sha256 } from '@raistone/primitives'
import { fromLittleEndian, invert, multiply, NUMBER_BYTES, toLittleEndian } from './num3072.js'

const zeros = new Uint8Array(NUMBER_BYTES)
const nonce = new Uint8Array(8)

/** An element as a number: SHA-256 of its bytes is the key of a ChaCha20 stream. */
const numberOf = (element: Uint8Array): bigint => fromLittleEndian(chacha20orig(sha256(element), nonce, zeros))

/** MuHash3072: a hash of a set that does not depend on order, to which elements are added and from which they are taken. */
export class MuHash {
  private numerator = 1n
  private denominator = 1n

  add(element: Uint8Array): void {
    this.numerator = multiply(this.numerator, numberOf(element))
  }

  remove(element: Uint8Array): void {
    this.denominator = multiply(this.denominator, numberOf(element))
  }

  /** SHA-256 of the quotient, in internal order. */
  digest(): Uint8Array {
    return sha256(toLittleEndian(multiply(this.numerator, invert(this.denominator))))
  }
}
