import {
  concatBytes,
  createTransaction,
  nullOutpoint,
  type Transaction,
  type TransactionBody,
  type TxIn,
} from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { type BlockOptions, heightPush } from '@raistone/testkit'
import { anyScript, input, output, withTransactions } from '../support/bodies.js'
import { take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'

/** The coinbase with its input changed. */
const withInput = (change: Partial<TxIn>): BlockOptions => ({
  coinbase: body => ({ ...body, inputs: body.inputs.map(each => ({ ...each, ...change })) }),
})

/** The coinbase with this script, made of parts. */
const withScript = (...parts: readonly Uint8Array[]): BlockOptions => withInput({ scriptSig: concatBytes(...parts) })

const zeros = (length: number): Uint8Array => new Uint8Array(length)

export const coinbase: Theme = {
  name: 'the coinbase',
  scenes: [
    {
      name: 'its script has two bytes at least',
      like: 'b26 b27',
      play: async stage => {
        const push = heightPush(stage.height)
        const short = stage.block(withScript(push.subarray(0, 1)))
        await stage.refuse(short, 'bad-cb-length')
        await stage.refuse(stage.block({ on: short }), 'bad-prevblk')
        await stage.refuse(stage.block(withScript()), 'bad-cb-length')
        await stage.mine(withScript(push))
      },
    },
    {
      name: 'its script has a hundred bytes at most',
      like: 'b28 b29 b30',
      play: async stage => {
        const push = heightPush(stage.height)
        const long = stage.block(withScript(push, zeros(101 - push.length)))
        await stage.refuse(long, 'bad-cb-length')
        await stage.refuse(stage.block({ on: long }), 'bad-prevblk')
        await stage.mine(withScript(push, zeros(100 - push.length)))
      },
    },
    {
      name: 'its script begins with the height, pushed in the shortest way',
      like: 'b_cb34',
      play: async stage => {
        const { height } = stage
        const wrong = [
          heightPush(height - 1),
          heightPush(height + 1),
          Uint8Array.of(2, height, 0),
          Uint8Array.of(opcode.OP_PUSHDATA1, 1, height),
          concatBytes(Uint8Array.of(opcode.OP_0), heightPush(height)),
        ]
        for (const push of wrong) await stage.refuse(stage.block(withScript(push, zeros(4))), 'bad-cb-height')
        await stage.mine(withScript(heightPush(height), zeros(4)))
      },
    },
    {
      name: 'on two branches the height is that of the branch',
      play: async stage => {
        const fork = stage.tip
        const { height } = stage
        await stage.accept(...stage.branch(2))
        await stage.refuse(stage.block({ on: fork, ...withScript(heightPush(height + 2), zeros(4)) }), 'bad-cb-height')
        await stage.store(stage.block({ on: fork, ...withScript(heightPush(height), zeros(4)) }))
      },
    },
    {
      name: 'behind the height its script may be anything: nobody runs it',
      play: async stage => {
        const pushBeyondTheEnd = Uint8Array.of(opcode.OP_PUSHDATA1, 0xff, 1)
        const cutLength = Uint8Array.of(opcode.OP_PUSHDATA4, 1)
        const noOperations = Uint8Array.of(opcode.OP_RETURN, opcode.OP_VERIF, 0xff, 0xba)
        for (const rest of [pushBeyondTheEnd, cutLength, noOperations])
          await stage.mine(withScript(heightPush(stage.height), rest))
      },
    },
    {
      name: 'a block has one',
      like: 'b44 b45 b46',
      play: async stage => {
        const tx = take(stage.openCoin())
        const bare = stage.block({ commitment: false })
        await stage.refuse(withTransactions(bare, []), 'bad-blk-length')
        await stage.refuse(withTransactions(bare, [tx]), 'bad-cb-missing')
        await stage.accept(withTransactions(bare, [...bare.transactions, tx]))
      },
    },
    {
      name: 'it comes first',
      like: 'b45',
      play: async stage => {
        const tx = take(stage.openCoin())
        const block = stage.block({ commitment: false, transactions: [tx] })
        await stage.refuse(withTransactions(block, block.transactions.toReversed()), 'bad-cb-missing')
        await stage.accept(block)
      },
    },
    {
      name: 'a block has no other',
      like: 'b51',
      play: async stage => {
        const other = createTransaction({ ...(stage.tip.transactions[0] as Transaction), version: 1 })
        await stage.refuse(stage.block({ transactions: [other] }), 'bad-cb-multiple')
        const tx = take(stage.openCoin())
        await stage.refuse(stage.block({ transactions: [tx, other] }), 'bad-cb-multiple')
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'it names the null outpoint, all of it, and nothing else',
      play: async stage => {
        await stage.refuse(stage.block(withInput({ prevout: { ...nullOutpoint, vout: 0 } })), 'bad-cb-missing')
        const { outpoint } = stage.openCoin()
        await stage.refuse(
          stage.block(withInput({ prevout: { txid: outpoint.txid, vout: nullOutpoint.vout } })),
          'bad-cb-missing',
        )
        const twoInputs = (body: TransactionBody): TransactionBody => ({
          ...body,
          inputs: [...body.inputs, input(outpoint)],
        })
        await stage.refuse(stage.block({ coinbase: twoInputs }), 'bad-cb-missing')
        await stage.mine()
      },
    },
    {
      name: 'it has an output',
      play: async stage => {
        await stage.refuse(stage.block({ coinbaseOutputs: [], commitment: false }), 'bad-txns-vout-empty')
        await stage.mine({ coinbaseOutputs: [output(0n)], commitment: false })
      },
    },
    {
      name: 'it may be locked like any other transaction',
      like: 'b63',
      play: async stage => {
        const locked = (lockTime: number, sequence: number): BlockOptions => ({
          coinbase: body => ({ ...body, lockTime, inputs: body.inputs.map(each => ({ ...each, sequence })) }),
        })
        await stage.refuse(stage.block(locked(stage.height, 0)), 'bad-txns-nonfinal')
        await stage.mine(locked(stage.height, 0xffffffff))
        await stage.mine(locked(stage.height - 1, 0))
      },
    },
    {
      name: 'its version and its sequence mean nothing',
      play: async stage => {
        await stage.mine({ ...withInput({ sequence: 1 }) })
        await stage.mine({ coinbase: body => ({ ...body, version: 0xffffffff }) })
      },
    },
    {
      name: 'it may pay to scripts that nobody can satisfy, and those that do not even parse',
      play: async stage => {
        const cut = Uint8Array.of(opcode.OP_PUSHDATA2, 1)
        const scripts = [cut, Uint8Array.of(opcode.OP_RETURN), Uint8Array.of(0xff), zeros(0), anyScript]
        await stage.mine({ coinbaseOutputs: scripts.map(script => output(1n, script)) })
      },
    },
  ],
}
