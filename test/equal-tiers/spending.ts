import {
  concatBytes,
  emptyBytes,
  type TransactionBody,
  type TxIn,
  type Txid,
  type TxOut,
  toHex,
} from '@raistone/primitives'
import { createSpendContext, pushData, type ScriptFlags, sighash } from '@raistone/script'
import type { Draw } from './draw.js'
import type { Lock, Unlock } from './lock.js'

/** The arguments of a check of one input. */
export interface Spending {
  readonly tx: TransactionBody
  /** One per input. */
  readonly spent: readonly TxOut[]
  readonly index: number
  readonly flags: ScriptFlags
}

/** A spending with what unlocks its input kept apart, so that it can be changed. */
export interface Signed {
  readonly spending: Spending
  readonly unlock: Unlock
  readonly isTaproot: boolean
}

/** The spending with these items in its input. */
export function withUnlock(spending: Spending, unlock: Unlock): Spending {
  const { items, carrier, nested } = unlock
  const parts =
    carrier === 'witness'
      ? { scriptSig: nested ?? emptyBytes, witness: items }
      : { scriptSig: concatBytes(...items.map(pushData)), witness: [] }
  const inputs = spending.tx.inputs.map((input, i) => (i === spending.index ? { ...input, ...parts } : input))
  return { ...spending, tx: { ...spending.tx, inputs } }
}

const drawAmount = (draw: Draw): bigint => BigInt(draw.below(2 ** 32)) * BigInt(1 + draw.below(1000))
const drawOutput = (draw: Draw): TxOut => ({ value: drawAmount(draw), script: draw.bytes(draw.below(40)) })
const some = <T>(draw: Draw, make: (draw: Draw) => T): T[] =>
  Array.from({ length: 1 + draw.below(3) }, () => make(draw))

const drawInput = (draw: Draw): TxIn => ({
  prevout: { txid: toHex(draw.bytes(32)) as Txid, vout: draw.below(8) },
  scriptSig: emptyBytes,
  sequence: draw.pick([0xffffffff, 0xfffffffd, draw.below(2 ** 32)]),
  witness: [],
})

const { ALL, NONE, SINGLE, ANYONECANPAY } = sighash
const named = [ALL, NONE, SINGLE, ALL | ANYONECANPAY, NONE | ANYONECANPAY, SINGLE | ANYONECANPAY]

/** Taproot refuses SINGLE without an output of the index, and all types without a name. */
function drawHashType(draw: Draw, isTaproot: boolean, hasOutput: boolean): number {
  if (draw.onceIn(2)) return isTaproot ? sighash.DEFAULT : ALL
  const drawn = draw.pick(isTaproot ? named : [...named, draw.below(256)])
  return isTaproot && !hasOutput && (drawn & 3) === SINGLE ? ALL : drawn
}

/** A transaction of up to three inputs, one of which spends the lock's output and is signed for it. */
export function drawSigned(draw: Draw, lock: Lock, flags: ScriptFlags): Signed {
  const inputs = some(draw, drawInput)
  const index = draw.below(inputs.length)
  const outputs = some(draw, drawOutput)
  const tx = { version: draw.pick([1, 2, draw.below(2 ** 32)]), inputs, outputs, lockTime: draw.below(2 ** 32) }
  const spent = inputs.map((_, i) =>
    i === index ? { value: drawAmount(draw), script: lock.script } : drawOutput(draw),
  )
  const isTaproot = lock.taproot === true
  const hashType = drawHashType(draw, isTaproot, index < outputs.length)
  const unlock = lock.unlock({ spend: createSpendContext(tx, spent), index, hashType, draw })
  return { spending: withUnlock({ tx, spent, index, flags }, unlock), unlock, isTaproot }
}
