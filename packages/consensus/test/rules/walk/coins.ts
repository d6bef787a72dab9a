import { concatBytes, emptyBytes, hash160, sha256, type Transaction, type TxIn, type TxOut } from '@raistone/primitives'
import { opcode, pushData } from '@raistone/script'
import { type BlockOptions, ownedCoin, spend, testKey } from '@raistone/testkit'
import { input, output, spending, transaction } from '../../support/bodies.js'
import { forksAt, RuleScene, rulesWith } from '../../support/rule-scene.js'
import type { Scene, Subject } from './scene.js'

const { money } = rulesWith()
const { subsidy } = money

const { OP_0, OP_1, OP_IF, OP_ENDIF, OP_CHECKSIG, OP_CHECKMULTISIG, OP_EQUAL, OP_HASH160 } = opcode

const block = (at: RuleScene, transactions: readonly Transaction[], options: BlockOptions = {}): Subject => ({
  block: at.build({ transactions, ...options }),
})

/** Without heights in coinbases two of them can be the same transaction: those of the same number. */
export const twin = (n: number): BlockOptions => ({
  coinbase: body => ({ ...body, inputs: body.inputs.map(each => ({ ...each, scriptSig: new Uint8Array(5).fill(n) })) }),
  commitment: false,
})

/** The coin of the first coinbase is spent, that of the second is not. */
export const twins = (): RuleScene => {
  const at = new RuleScene(rulesWith(forksAt({ bip34: 1000 })), 0)
  for (const n of [1, 2, 3]) at.mine(twin(n))
  at.mine({ transactions: [spending([at.coin(1).outpoint], [output(subsidy)])] })
  return at
}

/** All the money there can be is one subsidy. */
const poor = (): RuleScene => new RuleScene(rulesWith({ money: { ...money, maxMoney: subsidy } }))

/** Transactions that leave these fees, for a miner who takes none of them. */
const leaving = (at: RuleScene, ...fees: bigint[]): Subject =>
  block(
    at,
    fees.map((fee, i) => spending([at.coin(i + 1).outpoint], [output(subsidy - fee)])),
  )

/** A script that succeeds whatever it has in the branch that is not taken, where signature operations count all the same. */
const idle = (op: number, count: number): Uint8Array =>
  Uint8Array.of(OP_0, OP_IF, ...new Array<number>(count).fill(op), OP_ENDIF, OP_1)

const behindHash = (redeem: Uint8Array): TxOut =>
  output(1n, concatBytes(Uint8Array.of(OP_HASH160), pushData(hash160(redeem)), Uint8Array.of(OP_EQUAL)))

const behindWitness = (script: Uint8Array): TxOut =>
  output(1n, concatBytes(Uint8Array.of(OP_0), pushData(sha256(script))))

/** A coin is made for each script and spent in the same block: redeem scripts, and one witness script. */
const revealing = (at: RuleScene, redeems: readonly Uint8Array[], witnessScript: Uint8Array): Subject => {
  const outputs = [...redeems.map(behindHash), behindWitness(witnessScript)]
  const parent = spending([at.coin(1).outpoint], outputs)
  const unlock = [
    ...redeems.map(redeem => ({ scriptSig: pushData(redeem), witness: [] })),
    { scriptSig: emptyBytes, witness: [witnessScript] },
  ]
  const inputs: TxIn[] = unlock.map((change, vout) => input({ txid: parent.txid, vout }, change))
  return block(at, [parent, transaction({ inputs, outputs: [output(1n)] })])
}

/** 1000 multisigs, each counting for 20 at 4: 80,000. */
const multisigs = [199, 199, 199, 199, 199, 5].map(count => idle(OP_CHECKMULTISIG, count))

/** A block that pays to a key's output and spends it, signed for `paid` and paying `value`. */
const signed = (at: RuleScene, paid: bigint, value: bigint): Subject => {
  const key = testKey(1)
  const parent = spending([at.coin(1).outpoint], [output(subsidy, key.scripts.p2wpkh)])
  const { inputs } = spend([ownedCoin(parent, 0, key)], [output(paid)])
  return block(at, [parent, transaction({ inputs, outputs: [output(value)] })])
}

/** What a block is among the coins, its scripts at last. */
export const connectScenes: readonly Scene[] = [
  {
    rule: 'noOverwrite',
    name: 'a coinbase made again while its coin is not spent',
    stage: twins,
    broken: at => block(at, [], twin(2)),
    sound: at => block(at, [], twin(1)),
  },
  {
    rule: 'feesInRange',
    name: 'fees of one satoshi more than all the money together',
    stage: poor,
    broken: at => leaving(at, subsidy, 1n),
    sound: at => leaving(at, subsidy, 0n),
  },
  {
    rule: 'sigopsInRange',
    name: 'signature operations that cost 80,001, behind hashes',
    broken: at => revealing(at, multisigs, idle(OP_CHECKSIG, 1)),
    sound: at => revealing(at, multisigs, idle(OP_CHECKSIG, 0)),
  },
  {
    rule: 'rewardInRange',
    name: 'a coinbase of one satoshi more than subsidy and fees',
    broken: at => block(at, [spending([at.coin(1).outpoint], [output(subsidy - 7n)])], { fees: 8n }),
    sound: at => block(at, [spending([at.coin(1).outpoint], [output(subsidy - 7n)])], { fees: 7n }),
  },
  {
    rule: 'inputsUnlocked',
    name: 'a signature over other outputs',
    broken: at => signed(at, subsidy - 1n, subsidy),
    sound: at => signed(at, subsidy, subsidy),
    told: 'block-script-verify-flag-failed (Script evaluated without error but finished with a false/empty top stack element)',
  },
]
