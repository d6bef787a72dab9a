import type { Transaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { lockIn, type ScriptHome } from '@raistone/testkit'
import { output } from '../../support/bodies.js'
import { type GuardedCoin, guard, openOutput, release, take } from './payments.js'
import type { Stage } from './stage.js'
import { words } from './words.js'

/** Signature operations that are counted and never run, so that anybody may spend; at most 190 for the limit of 201. */
export const idle = (count: number, op: number): Uint8Array =>
  words(opcode.OP_0, opcode.OP_IF, ...Array<number>(count).fill(op), opcode.OP_ENDIF, opcode.OP_1)

/** Transactions of a block that spends so many coins under one script, all of them made from one coin. */
export function spendMany(stage: Stage, home: ScriptHome, script: Uint8Array, count: number): Transaction[] {
  const coin = stage.openCoin()
  const made = take(
    coin,
    Array.from({ length: count }, () => output(1000n, lockIn(home, script))),
  )
  const coins = made.outputs.map((_, vout): GuardedCoin => ({ ...openOutput(made, vout), home, script, tx: made }))
  return [made, release(coins)]
}

/** One coin under a script, made and spent in the block. */
export function spendOne(stage: Stage, home: ScriptHome, script: Uint8Array): Transaction[] {
  const coin = guard(stage.openCoin(), home, script)
  return [coin.tx, release([coin])]
}
