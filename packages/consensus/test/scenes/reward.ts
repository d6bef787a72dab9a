import { expect } from '@jest/globals'
import type { Block, Transaction } from '@raistone/primitives'
import type { BlockOptions } from '@raistone/testkit'
import { loadChain } from '../../src/params/builtin.node.js'
import { anyScript, input, output, withTransactions } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { COIN } from './stage/base-chain.js'
import { keyCoin, openOutput, outpointOf, pay, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import type { Stage } from './stage/stage.js'

const usual = rulesWith()
const SUBSIDY = usual.money.subsidy
const MATURITY = usual.coinbaseMaturity

const IMMATURE = 'bad-txns-premature-spend-of-coinbase'

/** Without its height two coinbases can be the same transaction. */
const sameCoinbase = (outputs = [output(SUBSIDY)]): BlockOptions => ({
  coinbaseOutputs: outputs,
  commitment: false,
  coinbase: body => ({ ...body, inputs: [input(body.inputs[0]!.prevout, { scriptSig: new Uint8Array(5) })] }),
})

const coinbaseOf = ({ transactions }: Block): Transaction => transactions[0] as Transaction

/** Blocks until the coinbase of the tip may be spent. */
const mature = async (stage: Stage): Promise<void> => {
  for (let i = 1; i < MATURITY; i++) await stage.mine({ commitment: false })
}

export const reward: Theme = {
  name: 'the reward',
  scenes: [
    {
      name: 'is the subsidy at most',
      like: 'b9',
      play: async stage => {
        await stage.refuse(stage.block({ fees: 1n }), 'bad-cb-amount')
        const two = [output(SUBSIDY), output(1n)]
        await stage.refuse(stage.block({ coinbaseOutputs: two }), 'bad-cb-amount')
        await stage.mine()
      },
    },
    {
      name: 'is the subsidy and the fees of all transactions',
      like: 'b68 b69',
      play: async stage => {
        const coins = [stage.openCoin(), stage.openCoin(), stage.openCoin()]
        const fees = [9n, 0n, 1n]
        const transactions = coins.map((coin, i) => take(coin, [output(coin.output.value - (fees[i] as bigint))]))
        await stage.refuse(stage.block({ transactions, fees: 11n }), 'bad-cb-amount')
        await stage.mine({ transactions, fees: 10n })
      },
    },
    {
      name: 'counts the fee of a transaction and of those that spend it once each',
      play: async stage => {
        const coin = stage.openCoin()
        const parent = take(coin, [output(coin.output.value - 5n)])
        const child = take(openOutput(parent), [output(coin.output.value - 12n)])
        const transactions = [parent, child]
        await stage.refuse(stage.block({ transactions, fees: 13n }), 'bad-cb-amount')
        await stage.mine({ transactions, fees: 12n })
      },
    },
    {
      name: 'may be less, and then it is gone',
      play: async stage => {
        const before = (await stage.chain.statistics()).totalAmount
        const transactions = [take(stage.openCoin(), [output(1n)])]
        await stage.mine({ transactions, coinbaseOutputs: [output(7n)] })
        const { totalAmount } = await stage.chain.statistics()
        expect(totalAmount).toBe(before + 7n + 1n - COIN)
        await stage.refuse(stage.block({ fees: 1n }), 'bad-cb-amount')
      },
    },
    {
      name: 'is half of it after a halving',
      rules: rulesWith({ money: { ...usual.money, halvingBlocks: 22 } }),
      play: async stage => {
        await stage.refuse(stage.block({ coinbaseOutputs: [output(SUBSIDY + 1n)] }), 'bad-cb-amount')
        await stage.mine({ coinbaseOutputs: [output(SUBSIDY)] })
        await stage.refuse(stage.block({ coinbaseOutputs: [output(SUBSIDY)] }), 'bad-cb-amount')
        await stage.refuse(stage.block({ coinbaseOutputs: [output(SUBSIDY / 2n + 1n)] }), 'bad-cb-amount')
        await stage.mine({ coinbaseOutputs: [output(SUBSIDY / 2n)] })
      },
    },
    {
      name: 'may be spent when it is mature and not a block before',
      like: 'b20',
      play: async stage => {
        const early = stage.coinbaseCoin(stage.height - MATURITY + 1)
        await stage.refuse(stage.block({ transactions: [pay(early)] }), IMMATURE)
        await stage.mine({ transactions: [pay(stage.coinbaseCoin(stage.height - MATURITY))] })
        await stage.mine({ transactions: [pay(early)] })
      },
    },
    {
      name: 'matures after a hundred blocks on regtest',
      like: 'b20',
      rules: loadChain('regtest'),
      play: async stage => {
        const early = stage.coinbaseCoin(stage.height - 99)
        await stage.refuse(stage.block({ transactions: [pay(early)] }), IMMATURE)
        await stage.mine({ transactions: [pay(stage.coinbaseCoin(stage.height - 100))] })
        await stage.mine({ transactions: [pay(early)] })
      },
    },
    {
      name: 'is not mature in its own block',
      play: async stage => {
        const block = stage.block({ coinbaseOutputs: [output(SUBSIDY)], commitment: false })
        const own = take(openOutput(coinbaseOf(block)))
        await stage.refuse(withTransactions(block, [...block.transactions, own]), IMMATURE)
        await stage.accept(block)
      },
    },
    {
      name: 'what a coinbase paid is not immature any more once somebody else has it',
      play: async stage => {
        const paid = pay(stage.coinbaseCoin(stage.height - MATURITY))
        await stage.mine({ transactions: [paid, pay(keyCoin(paid))] })
      },
    },
    {
      name: 'ages on its branch alone',
      like: 'b21 b22',
      play: async stage => {
        const fork = stage.tip
        const coin = stage.coinbaseCoin(stage.height - 1)
        const own = stage.branch(3)
        await stage.accept(...own)
        // Mature here, and in the second block of another branch not yet.
        await stage.mine({ transactions: [pay(coin)] })
        const first = stage.block({ on: fork })
        const early = stage.block({ on: first, transactions: [pay(coin)] })
        const [third, fourth] = stage.branch(3, early) as [Block, Block]
        await stage.store(first, early, third)
        await stage.refuse(stage.block({ on: fourth }), 'prev-blk-not-found', 'missing')
        await stage.store(fourth)
        await stage.refuse(stage.block({ on: fourth }), 'bad-prevblk')
        stage.failedFor(early, IMMATURE)
      },
    },
    {
      name: 'takes the place of no coinbase that is not spent',
      like: 'b60 b61',
      rules: rulesWith(forksAt({ bip34: 1000 })),
      from: 'genesis',
      play: async stage => {
        const first = await stage.mine(sameCoinbase())
        await stage.refuse(stage.block(sameCoinbase()), 'bad-txns-BIP30')
        await mature(stage)
        const spent = take(openOutput(coinbaseOf(first)))
        // Spent in the same block is too late: the outputs are looked at first.
        await stage.refuse(stage.block({ ...sameCoinbase(), transactions: [spent] }), 'bad-txns-BIP30')
        await stage.mine({ commitment: false, transactions: [spent] })
        const again = await stage.mine(sameCoinbase())
        expect(coinbaseOf(again).txid).toBe(coinbaseOf(first).txid)
        expect(await stage.hasCoin(outpointOf(coinbaseOf(again)))).toBe(true)
      },
    },
    {
      name: 'takes the place of none of which one output is left',
      like: 'b61',
      rules: rulesWith(forksAt({ bip34: 1000 })),
      from: 'genesis',
      play: async stage => {
        const options = sameCoinbase([output(1n), output(2n)])
        const first = coinbaseOf(await stage.mine(options))
        await mature(stage)
        await stage.mine({ commitment: false, transactions: [take(openOutput(first))] })
        await stage.refuse(stage.block(options), 'bad-txns-BIP30')
        await stage.mine({ commitment: false, transactions: [take(openOutput(first, 1))] })
        await stage.mine(options)
      },
    },
    {
      name: 'is the same on two branches, where neither is in the other’s way',
      rules: rulesWith(forksAt({ bip34: 1000 })),
      from: 'genesis',
      play: async stage => {
        const first = await stage.mine(sameCoinbase())
        const rival = stage.block({
          on: stage.params.genesis,
          ...sameCoinbase(),
          header: { time: first.header.time + 1 },
        })
        expect(coinbaseOf(rival).txid).toBe(coinbaseOf(first).txid)
        await stage.store(rival)
        await stage.accept(stage.block({ on: rival }))
        expect(await stage.hasCoin(outpointOf(coinbaseOf(first)))).toBe(true)
        await stage.refuse(stage.block(sameCoinbase()), 'bad-txns-BIP30')
      },
    },
    {
      name: 'with its height in it is never the same twice',
      play: async stage => {
        const options: BlockOptions = { coinbaseOutputs: [output(1n, anyScript)], commitment: false, extraNonce: 7 }
        const [one, two] = [await stage.mine(options), await stage.mine(options)]
        expect(coinbaseOf(one).txid).not.toBe(coinbaseOf(two).txid)
      },
    },
  ],
}
