import { type Block, blockWeight, concatBytes, type TransactionBody } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { heightPush, replaceWitness } from '@raistone/testkit'
import { output, spending } from '../../support/bodies.js'
import { type RuleScene, rulesWith } from '../../support/rule-scene.js'
import type { Scene, Subject } from './scene.js'

const { subsidy } = rulesWith().money

/** A block whose coinbase begins with these bytes. */
const coinbaseBeginning = (at: RuleScene, ...parts: Uint8Array[]): Subject => {
  const scriptSig = concatBytes(...parts)
  const coinbase = (body: TransactionBody): TransactionBody => ({
    ...body,
    inputs: body.inputs.map(each => ({ ...each, scriptSig })),
  })
  return { block: at.build({ coinbase }) }
}

const padding = new Uint8Array(4)

/** A block with a transaction that is locked until then. */
const locked = (at: RuleScene, lockTime: number): Subject => ({
  block: at.build({
    transactions: [spending([at.coin(1).outpoint], [output(subsidy)], { lockTime, sequence: 0 })],
  }),
})

/** A block whose coinbase has this witness. */
const reserving = (at: RuleScene, ...witness: Uint8Array[]): Subject => ({
  block: replaceWitness(at.build(), 0, 0, witness),
})

/** A block that commits to no witnesses, with this one in its coinbase. */
const uncommitted = (at: RuleScene, ...witness: Uint8Array[]): Subject => ({
  block: replaceWitness(at.build({ commitment: false }), 0, 0, witness),
})

/** With a commitment, whose 36 bytes of witness count once: a block just too heavy is not yet too large. */
const weighing = (at: RuleScene, weight: number): Subject => {
  const filled = (bytes: number): Block =>
    at.build({ coinbaseOutputs: [output(subsidy, new Uint8Array(bytes).fill(opcode.OP_RETURN))] })
  return { block: filled(100_000 + (weight - blockWeight(filled(100_000))) / 4) }
}

/** What a block is at its place in the chain. */
export const placedScenes: readonly Scene[] = [
  {
    rule: 'finalTransactions',
    name: 'locked until the height of the block itself',
    broken: at => locked(at, at.height),
    sound: at => locked(at, at.height - 1),
  },
  {
    rule: 'finalTransactions',
    name: 'locked until the median time itself',
    broken: at => locked(at, at.medianTimePast),
    sound: at => locked(at, at.medianTimePast - 1),
  },
  {
    rule: 'heightInCoinbase',
    name: 'the height of the block before',
    broken: at => coinbaseBeginning(at, heightPush(at.height - 1), padding),
    sound: at => coinbaseBeginning(at, heightPush(at.height), padding),
  },
  {
    rule: 'oneReservedValue',
    name: 'a reserved value of 31 bytes',
    broken: at => reserving(at, new Uint8Array(31)),
    sound: at => reserving(at, new Uint8Array(32)),
  },
  {
    rule: 'committedWitnesses',
    name: 'a reserved value other than the one committed to',
    broken: at => reserving(at, new Uint8Array(32).fill(1)),
    sound: at => reserving(at, new Uint8Array(32)),
  },
  {
    rule: 'noStrayWitness',
    name: 'a witness and no commitment',
    broken: at => uncommitted(at, new Uint8Array(32)),
    sound: at => uncommitted(at),
  },
  {
    rule: 'weightInRange',
    name: 'a weight of 4,000,004',
    broken: at => weighing(at, 4_000_004),
    sound: at => weighing(at, 4_000_000),
  },
]
