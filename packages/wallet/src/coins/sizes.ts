import { compactSizeLength, type Sats } from '@raistone/primitives'
import { witnessProgram } from '@raistone/script'
import type { AccountKind } from '../keys/account.js'

/** Satoshis for 1,000 virtual bytes. */
export type FeeRate = bigint

/** Weight of an input with its signature, which is at most 72 bytes for ECDSA and 64 for Schnorr. */
const inputWeights: Readonly<Record<AccountKind, number>> = { tr: 41 * 4 + 66, wpkh: 41 * 4 + 108 }

/** Version, lock time, marker and flag. */
const FIXED_WEIGHT = 8 * 4 + 2

export const inputWeight = (kind: AccountKind): number => inputWeights[kind]

export const outputWeight = (script: Uint8Array): number => 4 * (8 + compactSizeLength(script.length) + script.length)

/** Everything but the inputs, of which there are so many. */
export const baseWeight = (scripts: readonly Uint8Array[], inputs: number): number =>
  FIXED_WEIGHT +
  4 * (compactSizeLength(inputs) + compactSizeLength(scripts.length)) +
  scripts.reduce((sum, each) => sum + outputWeight(each), 0)

/** Fee of so much weight, rounded up twice: no node asks for more. */
export const feeOf = (weight: number, rate: FeeRate): Sats => (BigInt(Math.ceil(weight / 4)) * rate + 999n) / 1000n

/** Core's rate for what is not worth its own spending. */
const DUST_RATE: FeeRate = 3000n
const SPEND_WITNESS = 67
const SPEND_LEGACY = 148

/** The least amount that an output with this script may have to be relayed. */
export function dustLimit(script: Uint8Array): Sats {
  const spend = witnessProgram(script) ? SPEND_WITNESS : SPEND_LEGACY
  return feeOf(outputWeight(script) + 4 * spend, DUST_RATE)
}
