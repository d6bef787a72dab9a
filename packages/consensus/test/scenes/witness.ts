import {
  type Block,
  commitmentScript,
  concatBytes,
  createTransaction,
  decodeBlock,
  type Transaction,
  type TxOut,
  witnessCommitment,
} from '@raistone/primitives'
import {
  type BlockOptions,
  flipByte,
  replaceTransaction,
  replaceWitness,
  reseal,
  witnessOffset,
} from '@raistone/testkit'
import { output } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { pay, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { scriptFails } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'

const MISMATCH = 'bad-witness-merkle-match'
const NONCE_SIZE = 'bad-witness-nonce-size'
const UNEXPECTED = 'unexpected-witness'

/** A block with a payment by witness in it. */
const withPayment = (stage: Stage, options: BlockOptions = {}): Block =>
  stage.block({ transactions: [pay(stage.coin())], ...options })

/** The block with other outputs in its coinbase, sealed again but for the commitment. */
const withOutputs = (block: Block, change: (outputs: readonly TxOut[]) => readonly TxOut[]): Block =>
  reseal(
    replaceTransaction(block, 0, body => ({ ...body, outputs: change(body.outputs) })),
    { commitment: false },
  )

/** A commitment to nothing that is there. */
const wrongCommitment = output(0n, commitmentScript(new Uint8Array(32).fill(7)))

export const witness: Theme = {
  name: 'witnesses',
  scenes: [
    {
      name: 'a witness that nobody committed to is not expected',
      play: async stage => {
        const coin = stage.coin()
        const bare = stage.block({ transactions: [pay(coin)], commitment: false })
        await stage.refuse(bare, UNEXPECTED, 'mutated')
        // Without it the header is still right, and its transaction fails by its script.
        const stripped = replaceWitness(bare, 1, 0, [])
        await stage.refuse(stripped, scriptFails('WITNESS_PROGRAM_MISMATCH'))
        await stage.mine({ transactions: [pay(coin)] })
      },
    },
    {
      name: 'nor is one in a block that has none of its own',
      play: async stage => {
        const block = stage.block({ transactions: [take(stage.openCoin())], commitment: false })
        await stage.refuse(replaceWitness(block, 1, 0, [new Uint8Array(3)]), UNEXPECTED, 'mutated')
        await stage.refuse(replaceWitness(block, 0, 0, [new Uint8Array(32)]), UNEXPECTED, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a block of a coinbase alone may commit to itself or not',
      play: async stage => {
        await stage.mine({ commitment: false })
        const block = stage.block()
        await stage.refuse(replaceWitness(block, 0, 0, []), NONCE_SIZE, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'the reserved value is one item of 32 bytes',
      play: async stage => {
        const block = withPayment(stage)
        const [short, long, right] = [31, 33, 32].map(length => new Uint8Array(length)) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ]
        for (const items of [[], [short], [long], [right, right], [right, new Uint8Array()], [new Uint8Array()]])
          await stage.refuse(replaceWitness(block, 0, 0, items), NONCE_SIZE, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'it may be any, as long as the commitment covers it',
      play: async stage => {
        const block = withPayment(stage)
        const other = replaceWitness(block, 0, 0, [new Uint8Array(32).fill(9)])
        await stage.refuse(other, MISMATCH, 'mutated')
        await stage.accept(reseal(other))
      },
    },
    {
      name: 'a changed witness is not the block’s, and the true block comes after it',
      play: async stage => {
        const block = withPayment(stage)
        const [first, second] = [0, 1].map(item => witnessOffset(block.raw, 1, 0, item, 10)) as [number, number]
        for (const at of [first, second]) await stage.refuse(decodeBlock(flipByte(block.raw, at)), MISMATCH, 'mutated')
        await stage.refuse(replaceWitness(block, 1, 0, []), MISMATCH, 'mutated')
        await stage.refuse(replaceWitness(block, 1, 0, [new Uint8Array(1000)]), MISMATCH, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a changed witness that is committed to is judged, and fails for good',
      play: async stage => {
        const coin = stage.coin()
        const block = stage.block({ transactions: [pay(coin)] })
        const at = witnessOffset(block.raw, 1, 0, 0, 10)
        await stage.refuse(reseal(decodeBlock(flipByte(block.raw, at))), scriptFails('EVAL_FALSE'))
        await stage.accept(block)
      },
    },
    {
      name: 'witnesses of two transactions exchanged',
      play: async stage => {
        const [a, b] = [pay(stage.coin()), pay(stage.coin())]
        const block = stage.block({ transactions: [a, b] })
        const exchanged = replaceWitness(replaceWitness(block, 1, 0, b.inputs[0]!.witness), 2, 0, a.inputs[0]!.witness)
        await stage.refuse(exchanged, MISMATCH, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a true header with a wrong commitment never becomes right',
      play: async stage => {
        const coin = stage.coin()
        const block = stage.block({ transactions: [pay(coin)] })
        const wrong = withOutputs(block, ([paid]) => [paid as TxOut, wrongCommitment])
        await stage.refuse(wrong, MISMATCH, 'mutated')
        await stage.refuse(wrong, MISMATCH, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'of several commitments the last one counts',
      play: async stage => {
        const coin = stage.coin()
        const block = stage.block({ transactions: [pay(coin)] })
        await stage.refuse(
          withOutputs(block, outputs => [...outputs, wrongCommitment]),
          MISMATCH,
          'mutated',
        )
        await stage.accept(withOutputs(block, outputs => [wrongCommitment, ...outputs]))
      },
    },
    {
      name: 'a commitment may be longer and not shorter',
      play: async stage => {
        const block = withPayment(stage)
        const [paid, commitment] = block.transactions[0]!.outputs as [TxOut, TxOut]
        const ofScript = (script: Uint8Array): Block => withOutputs(block, () => [paid, { ...commitment, script }])
        // Cut off it is none, and the witnesses are unexpected.
        await stage.refuse(ofScript(commitment.script.subarray(0, 37)), UNEXPECTED, 'mutated')
        await stage.accept(ofScript(concatBytes(commitment.script, new Uint8Array(50))))
      },
    },
    {
      name: 'the coinbase’s own wtxid counts as zero in the commitment',
      play: async stage => {
        const block = withPayment(stage)
        const [coinbase, ...rest] = block.transactions as [Transaction, ...Transaction[]]
        // The tree over all wtxids, its own one included, is another.
        const shifted = witnessCommitment([createTransaction({ ...coinbase }), coinbase, ...rest], new Uint8Array(32))
        const wrong = withOutputs(block, ([paid]) => [paid as TxOut, output(0n, commitmentScript(shifted))])
        await stage.refuse(wrong, MISMATCH, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'on a branch a mutated witness leaves the branch open for the true block',
      play: async stage => {
        const fork = stage.tip
        const coin = stage.coin()
        await stage.mine()
        const block = stage.block({ on: fork, transactions: [pay(coin)] })
        const [next] = stage.branch(1, block) as [Block]
        stage.acceptHeaders(block, next)
        await stage.refuse(replaceWitness(block, 1, 0, []), MISMATCH, 'mutated')
        await stage.store(next)
        await stage.refuse(replaceWitness(block, 1, 0, []), MISMATCH, 'mutated')
        await stage.link(block, next)
      },
    },
    {
      name: 'a non-final transaction is found before the witnesses are looked at, weight after',
      play: async stage => {
        const tx = take(stage.openCoin(), undefined, { lockTime: stage.height, sequence: 0 })
        const block = stage.block({ transactions: [tx] })
        await stage.refuse(replaceWitness(block, 0, 0, []), 'bad-txns-nonfinal')
        await stage.mine()
      },
    },
    {
      name: 'before SegWit no block has witnesses, and a commitment is an output like others',
      rules: rulesWith(forksAt({ segwit: 4, bip16: 1000 })),
      from: 'genesis',
      play: async stage => {
        const block = stage.block()
        await stage.refuse(block, UNEXPECTED, 'mutated')
        await stage.accept(replaceWitness(block, 0, 0, []))
        await stage.mine({ commitment: false, coinbaseOutputs: [wrongCommitment] })
        await stage.mine({ commitment: false })
        // From here on it is the commitment.
        const wrong = stage.block({ commitment: false, coinbaseOutputs: [wrongCommitment] })
        await stage.refuse(wrong, NONCE_SIZE, 'mutated')
        await stage.mine()
      },
    },
  ],
}
