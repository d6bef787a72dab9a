import { type Block, blockWeight, concatBytes, type Transaction, type TxOut } from '@raistone/primitives'
import { opcode, witnessProgramScript } from '@raistone/script'
import { replaceWitness } from '@raistone/testkit'
import { input, output, spending, transaction } from '../support/bodies.js'
import { openOutput, outpointOf, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import type { SceneBlock, Stage } from './stage/stage.js'
import { times, words } from './stage/words.js'

const MOST_BYTES = 1_000_000
const MOST_WEIGHT = 4_000_000

/** So many bytes that nobody can spend and no script ever reads. */
const filler = (bytes: number): TxOut => output(0n, times(bytes, opcode.OP_RETURN))

/** A block whose measure is exactly this, by the length of what its coinbase carries. */
function filled(stage: Stage, measure: (block: Block) => number, wanted: number, options: SceneBlock): Block {
  const probe = 100_000
  const with100k = measure(stage.block({ ...options, coinbaseOutputs: [filler(probe)] }))
  const perByte = measure(stage.block({ ...options, coinbaseOutputs: [filler(probe + 1)] })) - with100k
  return stage.block({ ...options, coinbaseOutputs: [filler(probe + (wanted - with100k) / perByte)] })
}

const bytes = ({ strippedSize }: Block): number => strippedSize

/** A program of a version without a meaning yet: any witness will do. */
const futureProgram = witnessProgramScript(2, new Uint8Array(32).fill(1))

/** A coin that takes any witness, and a transaction that spends it with one of this length. */
function stuffed(stage: Stage, length: number): Transaction[] {
  const coin = stage.openCoin()
  const made = take(coin, [output(coin.output.value, futureProgram)])
  const prevout = outpointOf(made)
  return [
    made,
    transaction({ inputs: [input(prevout, { witness: [new Uint8Array(length)] })], outputs: [coin.output] }),
  ]
}

/** As long as a script may be that is run: pushes of the longest items and what is left, true at the end. */
const longestScript = words(...Array<Uint8Array>(19).fill(new Uint8Array(520)), new Uint8Array(61), opcode.OP_1)

export const sizes: Theme = {
  name: 'sizes',
  scenes: [
    {
      name: 'a block has a million bytes without witnesses and no more',
      like: 'b23 b24 b25',
      play: async stage => {
        const tooLong = filled(stage, bytes, MOST_BYTES + 1, { commitment: false })
        await stage.refuse(tooLong, 'bad-blk-length')
        await stage.refuse(stage.block({ on: tooLong }), 'bad-prevblk')
        await stage.accept(filled(stage, bytes, MOST_BYTES, { commitment: false }))
        await stage.mine()
      },
    },
    {
      name: 'the bytes may be one transaction, as long as the block has room for it',
      play: async stage => {
        const coin = stage.openCoin()
        const long = (length: number): Block =>
          stage.block({ commitment: false, transactions: [take(coin, [coin.output, filler(length)])] })
        const room = MOST_BYTES - long(900_000).strippedSize + 900_000
        await stage.refuse(long(room + 1), 'bad-blk-length')
        // A transaction larger than a block makes one: the block is measured first.
        await stage.refuse(long(MOST_BYTES), 'bad-blk-length')
        await stage.accept(long(room))
      },
    },
    {
      name: 'with the witness of its coinbase a block weighs four million at most',
      play: async stage => {
        // A byte weighs four, and so does the step past the limit.
        await stage.refuse(filled(stage, blockWeight, MOST_WEIGHT + 4, {}), 'bad-blk-weight')
        await stage.accept(filled(stage, blockWeight, MOST_WEIGHT, {}))
        await stage.mine()
      },
    },
    {
      name: 'witness bytes weigh one each, and one over four million is too heavy',
      play: async stage => {
        const [made, spent] = stuffed(stage, 100_000) as [Transaction, Transaction]
        const block = stage.block({ transactions: [made, spent] })
        const room = MOST_WEIGHT - blockWeight(block) + 100_000
        const weighing = (length: number): Block => {
          const heavy = transaction({
            ...spent,
            inputs: [input(outpointOf(made), { witness: [new Uint8Array(length)] })],
          })
          return stage.block({ transactions: [made, heavy] })
        }
        await stage.refuse(weighing(room + 1), 'bad-blk-weight')
        await stage.accept(weighing(room))
      },
    },
    {
      name: 'a witness that nobody committed to makes no block too heavy',
      play: async stage => {
        const block = stage.block({ transactions: stuffed(stage, 100) })
        const bloated = replaceWitness(block, 2, 0, [new Uint8Array(MOST_WEIGHT)])
        await stage.refuse(bloated, 'bad-witness-merkle-match', 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'an output of more than 10,000 bytes is valid and can never be spent',
      play: async stage => {
        const [coin, other] = [stage.openCoin(), stage.openCoin()]
        const tooLong = take(coin, [output(coin.output.value, concatBytes(longestScript, times(1, opcode.OP_NOP)))])
        await stage.mine({ transactions: [tooLong] })
        await stage.refuse(stage.block({ transactions: [take(openOutput(tooLong))] }), 'bad-txns-inputs-missingorspent')
        const longest = take(other, [output(other.output.value, longestScript)])
        await stage.mine({ transactions: [longest] })
        await stage.mine({ transactions: [take(openOutput(longest), [output(0n)])] })
      },
    },
    {
      name: 'lists longer than 252 have longer counts',
      play: async stage => {
        const coin = stage.openCoin()
        const split = take(coin, Array<TxOut>(300).fill(output(1000n)))
        const outpoints = split.outputs.map((_, vout) => outpointOf(split, vout))
        const [few, many] = [outpoints.slice(0, 47), outpoints.slice(47)]
        const join = (from: typeof outpoints): Transaction => spending(from, [output(1000n * BigInt(from.length))])
        await stage.mine({ transactions: [split, join(few), join(many)] })
      },
    },
    {
      name: 'a block of 253 transactions, each spending the one before it',
      play: async stage => {
        const chain = [take(stage.openCoin())]
        while (chain.length < 252) chain.push(take(openOutput(chain.at(-1) as Transaction)))
        const block = stage.block({ transactions: chain })
        await stage.accept(block)
        await stage.refuse(stage.block({ transactions: [chain[1] as Transaction] }), 'bad-txns-inputs-missingorspent')
        await stage.mine({ transactions: [take(openOutput(chain.at(-1) as Transaction))] })
      },
    },
  ],
}
