import { expect } from '@jest/globals'
import { createTransaction, NULL_VOUT, nullOutpoint, type Transaction, type Txid } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { input, outpoint, output, spending, transaction } from '../support/bodies.js'
import { keyCoin, openOutput, outpointOf, pay, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'

const MISSING = 'bad-txns-inputs-missingorspent'

export const spends: Theme = {
  name: 'what transactions spend',
  scenes: [
    {
      name: 'an output that the transaction does not have',
      like: 'b58',
      play: async stage => {
        const coin = stage.openCoin()
        const made = take(coin, [output(1n), output(2n)])
        await stage.mine({ transactions: [made] })
        for (const vout of [2, 1000, NULL_VOUT])
          await stage.refuse(stage.block({ transactions: [spending([outpointOf(made, vout)], [output(0n)])] }), MISSING)
        await stage.mine({ transactions: [spending([outpointOf(made, 1)], [output(0n)])] })
      },
    },
    {
      name: 'a transaction that does not exist',
      like: 'b70',
      play: async stage => {
        await stage.refuse(stage.block({ transactions: [spending([outpoint(77)], [output(0n)])] }), MISSING)
        const zeros = { txid: nullOutpoint.txid, vout: 0 }
        await stage.refuse(stage.block({ transactions: [spending([zeros], [output(0n)])] }), MISSING)
        // One of several is enough.
        const { outpoint: real } = stage.openCoin()
        await stage.refuse(stage.block({ transactions: [spending([real, outpoint(77)], [output(0n)])] }), MISSING)
        await stage.mine({ transactions: [spending([real], [output(0n)])] })
      },
    },
    {
      name: 'a coin that was spent in an earlier block',
      like: 'b7 b8',
      play: async stage => {
        const coin = stage.coin()
        await stage.mine({ transactions: [pay(coin)] })
        await stage.refuse(stage.block({ transactions: [pay(coin, [output(1n)])] }), MISSING)
        await stage.mine()
        await stage.refuse(stage.block({ transactions: [pay(coin, [output(2n)])] }), MISSING)
      },
    },
    {
      name: 'a coin made earlier in the same block',
      like: 'b65',
      play: async stage => {
        const parent = pay(stage.coin())
        await stage.mine({ transactions: [parent, pay(keyCoin(parent))] })
      },
    },
    {
      name: 'a coin made later in the same block',
      like: 'b66',
      play: async stage => {
        const parent = pay(stage.coin())
        const child = pay(keyCoin(parent))
        await stage.refuse(stage.block({ transactions: [child, parent] }), MISSING)
        await stage.refuse(stage.block({ transactions: [child] }), MISSING)
        await stage.mine({ transactions: [parent, child] })
      },
    },
    {
      name: 'a coin made and spent earlier in the same block',
      like: 'b67',
      play: async stage => {
        const parent = pay(stage.coin())
        const [one, other] = [pay(keyCoin(parent)), pay(keyCoin(parent), [output(1n)])]
        await stage.refuse(stage.block({ transactions: [parent, one, other] }), MISSING)
        await stage.mine({ transactions: [parent, one] })
        await stage.refuse(stage.block({ transactions: [other] }), MISSING)
      },
    },
    {
      name: 'a coin that two transactions of a block want',
      like: 'b67',
      play: async stage => {
        const coin = stage.coin()
        const [one, other] = [pay(coin), pay(coin, [output(1n)])]
        await stage.refuse(stage.block({ transactions: [one, other] }), MISSING)
        await stage.refuse(stage.block({ transactions: [other, one] }), MISSING)
        await stage.mine({ transactions: [other] })
      },
    },
    {
      name: 'the same coin twice in one transaction (CVE-2018-17144)',
      play: async stage => {
        const coin = stage.openCoin()
        const twice = spending([coin.outpoint, coin.outpoint], [output(2n * coin.output.value)])
        await stage.refuse(stage.block({ transactions: [twice] }), 'bad-txns-inputs-duplicate')
        const parent = take(coin)
        const ofParent = spending([outpointOf(parent), outpointOf(parent)], [output(1n)])
        await stage.refuse(stage.block({ transactions: [parent, ofParent] }), 'bad-txns-inputs-duplicate')
        await stage.mine({ transactions: [spending([coin.outpoint, stage.openCoin().outpoint], [output(1n)])] })
      },
    },
    {
      name: 'the null outpoint, beside a coin',
      play: async stage => {
        const { outpoint: real } = stage.openCoin()
        const withNull = spending([real, nullOutpoint], [output(0n)])
        await stage.refuse(stage.block({ transactions: [withNull] }), 'bad-txns-prevout-null')
        await stage.mine({ transactions: [spending([real], [output(0n)])] })
      },
    },
    {
      name: 'nothing, or for nothing',
      play: async stage => {
        const coin = stage.openCoin()
        await stage.refuse(stage.block({ transactions: [take(coin, [])] }), 'bad-txns-vout-empty')
        await stage.mine({ transactions: [take(coin, [output(0n)])] })
      },
    },
    {
      name: 'an output that begins with OP_RETURN',
      like: 'b84 b85',
      play: async stage => {
        const coin = stage.openCoin()
        const dead = output(0n, Uint8Array.of(opcode.OP_RETURN))
        const burning = take(coin, [dead, output(1n), dead])
        await stage.mine({ transactions: [burning] })
        await stage.refuse(stage.block({ transactions: [take(openOutput(burning))] }), MISSING)
        await stage.refuse(stage.block({ transactions: [take(openOutput(burning, 2))] }), MISSING)
        await stage.mine({ transactions: [take(openOutput(burning, 1))] })
      },
    },
    {
      name: 'an output of the genesis block, which never became a coin',
      play: async stage => {
        const [{ txid }] = stage.params.genesis.transactions as [Transaction]
        expect(await stage.hasCoin({ txid, vout: 0 })).toBe(false)
        await stage.refuse(stage.block({ transactions: [spending([{ txid, vout: 0 }], [output(1n)])] }), MISSING)
      },
    },
    {
      name: 'a coin of a block that failed',
      like: 'b37 b38',
      play: async stage => {
        const [coin, spent] = [stage.coin(), stage.coin()]
        await stage.mine({ transactions: [pay(spent)] })
        const inFailed = pay(coin)
        const failed = stage.block({ transactions: [inFailed, pay(spent, [output(1n)])] })
        await stage.refuse(failed, MISSING)
        await stage.refuse(stage.block({ transactions: [pay(keyCoin(inFailed))] }), MISSING)
        // The transaction itself had nothing wrong with it.
        await stage.mine({ transactions: [inFailed, pay(keyCoin(inFailed))] })
      },
    },
    {
      name: 'the same transaction twice in a block',
      like: 'b52',
      play: async stage => {
        const [coin, other] = [stage.openCoin(), stage.openCoin()]
        const tx = take(coin)
        await stage.refuse(stage.block({ transactions: [tx, tx] }), MISSING)
        // Side by side in the tree they look like a list with its end repeated: that says nothing about the header.
        await stage.refuse(stage.block({ transactions: [take(other), tx, tx] }), 'bad-txns-duplicate', 'mutated')
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'a transaction that was mined in the parent block',
      play: async stage => {
        const tx = take(stage.openCoin())
        await stage.mine({ transactions: [tx] })
        await stage.refuse(stage.block({ transactions: [tx] }), 'bad-txns-BIP30')
        await stage.mine({ transactions: [take(openOutput(tx))] })
        await stage.refuse(stage.block({ transactions: [tx] }), MISSING)
      },
    },
    {
      name: 'by a txid that is another’s wtxid',
      play: async stage => {
        const parent = pay(stage.coin())
        expect(parent.wtxid).not.toBe(parent.txid)
        const byWtxid = transaction({ inputs: [input({ txid: parent.wtxid as string as Txid, vout: 0 })] })
        await stage.refuse(stage.block({ transactions: [parent, byWtxid] }), MISSING)
        await stage.mine({ transactions: [createTransaction(parent), pay(keyCoin(parent))] })
      },
    },
  ],
}
