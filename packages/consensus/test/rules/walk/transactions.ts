import { nullOutpoint, type Transaction, type TxIn, type TxOut } from '@raistone/primitives'
import type { BlockOptions } from '@raistone/testkit'
import type { Coin } from '../../../src/coin.js'
import { anyScript, input, outpoint, output, spending, transaction } from '../../support/bodies.js'
import { RuleScene, rulesWith } from '../../support/rule-scene.js'
import type { Scene, Subject } from './scene.js'

const { money } = rulesWith()
const { maxMoney, subsidy } = money

/** A chain on which two subsidies are more than all the money. */
const poor = (): RuleScene => new RuleScene(rulesWith({ money: { ...money, maxMoney: (subsidy * 3n) / 2n } }))

const block = (at: RuleScene, ...transactions: Transaction[]): Subject => ({ block: at.build({ transactions }) })

/** A block with a transaction that spends the first coinbase and makes these outputs. */
const paying = (at: RuleScene, ...outputs: TxOut[]): Subject => block(at, spending([at.coin(1).outpoint], outputs))

/** A block with a transaction of these inputs. */
const from = (at: RuleScene, ...inputs: TxIn[]): Subject =>
  block(at, transaction({ inputs, outputs: [output(subsidy)] }))

const first = (at: RuleScene): TxIn => input(at.coin(1).outpoint)

/** A block whose coinbase has a script of this many bytes, the height in front. */
const coinbaseScript = (at: RuleScene, length: number): Subject => {
  const scriptSig = new Uint8Array(length)
  scriptSig[0] = 0x50 + at.height
  const options: BlockOptions = {
    coinbase: body => ({ ...body, inputs: body.inputs.map(each => ({ ...each, scriptSig })) }),
  }
  return { block: at.build(options) }
}

/** A transaction of this many bytes. */
const ofSize = (size: number): Transaction => {
  const bare = transaction({ outputs: [output(1n, new Uint8Array(100_000))] }).strippedSize - 100_000
  return transaction({ outputs: [output(1n, new Uint8Array(size - bare))] })
}

/** By itself: no inputs and some outputs would read as something else inside a block. */
export const aloneScenes: readonly Scene[] = [
  {
    rule: 'hasInputs',
    name: 'no inputs',
    broken: () => ({ alone: transaction({ inputs: [] }) }),
    sound: () => ({ alone: transaction({ inputs: [input(outpoint(1))] }) }),
  },
  {
    rule: 'hasOutputs',
    name: 'no outputs',
    broken: at => paying(at),
    sound: at => paying(at, output(0n)),
  },
  {
    rule: 'fitsIntoBlock',
    name: '1,000,001 bytes, which no block has room for',
    broken: () => ({ alone: ofSize(1_000_001) }),
    sound: () => ({ alone: ofSize(1_000_000) }),
  },
  {
    rule: 'paysNoDebt',
    name: 'an output of -1',
    broken: at => paying(at, output(-1n)),
    sound: at => paying(at, output(0n)),
  },
  {
    rule: 'paysNoMoreThanAll',
    name: 'an output of one satoshi more than all the money',
    broken: () => ({ alone: transaction({ outputs: [output(maxMoney + 1n)] }) }),
    sound: () => ({ alone: transaction({ outputs: [output(maxMoney)] }) }),
    others: 'bad-txns-txouttotal-toolarge',
  },
  {
    rule: 'totalsNoMoreThanAll',
    name: 'outputs of one satoshi more than all the money together',
    broken: () => ({ alone: transaction({ outputs: [output(maxMoney), output(1n)] }) }),
    sound: () => ({ alone: transaction({ outputs: [output(maxMoney), output(0n)] }) }),
  },
  {
    rule: 'spendsEachCoinOnce',
    name: 'the same coin twice in one transaction',
    broken: at => from(at, first(at), first(at)),
    sound: at => from(at, first(at), input(at.coin(2).outpoint)),
  },
  {
    rule: 'coinbaseScriptInRange',
    name: 'a coinbase’s script of a single byte',
    broken: at => coinbaseScript(at, 1),
    sound: at => coinbaseScript(at, 2),
  },
  {
    rule: 'coinbaseScriptInRange',
    name: 'a coinbase’s script of 101 bytes',
    broken: at => coinbaseScript(at, 101),
    sound: at => coinbaseScript(at, 100),
  },
  {
    rule: 'namesRealCoins',
    name: 'the null outpoint beside another',
    broken: at => from(at, first(at), input(nullOutpoint)),
    sound: at => from(at, first(at)),
    others: 'bad-txns-inputs-missingorspent',
  },
]

/** A transaction of one input, judged as if it waited for block 100. */
const waiting = (coin: Partial<Coin> | undefined, value: bigint, sequence?: number): Subject => ({
  spends: spending([outpoint(1)], [output(value)], sequence === undefined ? {} : { sequence }),
  coins: [coin && { value: maxMoney, script: anyScript, height: 1, coinbase: false, ...coin }],
  height: 100,
})

/** For a transaction that waits for its block, time may heal what is wrong. */
export const waitingScenes: readonly Scene[] = [
  {
    rule: 'coinsThere',
    name: 'a coin that is not there yet, for a transaction that waits',
    broken: () => waiting(undefined, 1n),
    sound: () => waiting({}, 1n),
    others: 'nothing to judge',
  },
  {
    rule: 'matureCoinbase',
    name: 'a coinbase one block too young, for a transaction that waits',
    broken: () => waiting({ coinbase: true, height: 98 }, 1n),
    sound: () => waiting({ coinbase: true, height: 97 }, 1n),
  },
  {
    rule: 'feeInRange',
    name: 'a fee of one satoshi more than all the money',
    broken: () => waiting({}, -1n),
    sound: () => waiting({}, 0n),
  },
  {
    rule: 'coinsOldEnough',
    name: 'a coin one block too young, for a transaction that waits',
    broken: () => waiting({ height: 91 }, 1n, 10),
    sound: () => waiting({ height: 90 }, 1n, 10),
  },
]

/** Among the coins it spends. */
export const spendingScenes: readonly Scene[] = [
  {
    rule: 'coinsThere',
    name: 'a coin that nobody made',
    broken: at => from(at, first(at), input(outpoint(77))),
    sound: at => from(at, first(at), input(at.coin(2).outpoint)),
    others: 'nothing to judge',
  },
  {
    rule: 'matureCoinbase',
    name: 'a coinbase one block too young',
    broken: at => from(at, input(at.coin(3).outpoint)),
    sound: at => from(at, input(at.coin(2).outpoint)),
  },
  {
    rule: 'valuesInRange',
    name: 'coins of more than all the money together',
    stage: poor,
    broken: at => from(at, first(at), input(at.coin(2).outpoint)),
    sound: at => from(at, first(at)),
  },
  {
    rule: 'outputsCovered',
    name: 'one satoshi more out than in, which the miner does without',
    broken: at => ({
      block: at.build({ transactions: [spending([at.coin(1).outpoint], [output(subsidy + 1n)])], fees: -1n }),
    }),
    sound: at => ({
      block: at.build({ transactions: [spending([at.coin(1).outpoint], [output(subsidy)])], fees: -1n }),
    }),
  },
  {
    rule: 'coinsOldEnough',
    name: 'a coin one block younger than the sequence demands',
    // Of block 2, spent in block 5.
    broken: at => block(at, spending([at.coin(2).outpoint], [output(subsidy)], { sequence: 4 })),
    sound: at => block(at, spending([at.coin(2).outpoint], [output(subsidy)], { sequence: 3 })),
  },
  {
    rule: 'coinsOldEnough',
    name: 'a coin one unit of 512 seconds younger than the sequence demands',
    stage: () => {
      const at = new RuleScene(rulesWith(), 2)
      const start = at.medianTimePast
      // Five median times, and five units of 512 seconds, after the one before the coin's block.
      for (let i = 1; i <= 24; i++) at.mine({ header: { time: start + 512 * i } })
      return at
    },
    broken: at => block(at, spending([at.coin(22).outpoint], [output(subsidy)], { sequence: 0x400000 | 6 })),
    sound: at => block(at, spending([at.coin(22).outpoint], [output(subsidy)], { sequence: 0x400000 | 5 })),
  },
]
