import type { SpendContext } from '@raistone/script'
import type { Draw } from './draw.js'
import { drawScalar } from './numbers.js'
import { type LongKey, publicKeyOf } from './signer.js'

/** What satisfies an input: the items that are pushed, and where they stand. */
export interface Unlock {
  readonly items: readonly Uint8Array[]
  readonly carrier: 'scriptSig' | 'witness'
  /** The scriptSig of a witness program inside P2SH. */
  readonly nested?: Uint8Array
}

/** An input to be unlocked. */
export interface Signing {
  readonly spend: SpendContext
  readonly index: number
  readonly hashType: number
  readonly draw: Draw
}

/** An output with the way to spend it. */
export interface Lock {
  readonly script: Uint8Array
  /** Signatures are BIP-0341's, which know fewer hash types. */
  readonly taproot?: true
  unlock(signing: Signing): Unlock
}

export interface LockKind {
  readonly name: string
  make(draw: Draw): Lock
}

/** A secret with its public key. */
export interface KeyPair {
  readonly secret: bigint
  readonly key: LongKey
}

export function drawPair(draw: Draw): KeyPair {
  const secret = drawScalar(draw)
  return { secret, key: publicKeyOf(secret) }
}
