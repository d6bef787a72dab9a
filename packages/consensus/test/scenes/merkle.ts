import { expect } from '@jest/globals'
import { type Block, createBlock, type MerkleRoot, merkleRoot, type Transaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { solve } from '@raistone/testkit'
import { input, outpoint, output, transaction, withTransactions } from '../support/bodies.js'
import { openOutput, pay, take } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'
import type { Stage } from './stage/stage.js'
import { times } from './stage/words.js'

/** Other transactions under the same header. */
const swapped = ({ header }: Block, transactions: readonly Transaction[]): Block => createBlock(header, transactions)

/** A block of so many transactions, the coinbase among them, each spending the one before it. */
function chained(stage: Stage, count: number): Block {
  const transactions = [take(stage.openCoin())]
  while (transactions.length < count - 1) transactions.push(take(openOutput(transactions.at(-1) as Transaction)))
  return stage.block({ transactions })
}

/** The list with its last `count` repeated. */
const tailRepeated = (list: readonly Transaction[], count: number): Transaction[] => [...list, ...list.slice(-count)]

/** Lists with the same root as the block's are refused, one after the other, and the block is accepted all the same. */
const mutants = (count: number, ...tails: readonly number[]): Scene['play'] => {
  return async stage => {
    const block = chained(stage, count)
    let list = block.transactions
    for (const tail of tails) {
      list = tailRepeated(list, tail)
      expect(merkleRoot(list.map(({ txid }) => txid)).root).toBe(block.header.merkleRoot)
      await stage.refuse(swapped(block, list), 'bad-txns-duplicate', 'mutated')
    }
    await stage.accept(block)
  }
}

const WRONG_ROOT = 'bad-txnmrklroot'

export const merkle: Theme = {
  name: 'Merkle trees',
  scenes: [
    {
      name: 'the root is that of the transactions',
      like: 'b49',
      play: async stage => {
        const block = stage.block()
        const root = (text: string): Block =>
          createBlock(solve({ ...block.header, merkleRoot: text.repeat(32) as MerkleRoot }), block.transactions)
        for (const text of ['00', '11', 'ff']) await stage.refuse(root(text), WRONG_ROOT, 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a header with another body comes again with its own',
      play: async stage => {
        const block = chained(stage, 4)
        const [coinbase, a, b, c] = block.transactions as [Transaction, Transaction, Transaction, Transaction]
        const stranger = pay(stage.coin())
        const others = [
          [],
          [coinbase],
          [coinbase, a, b],
          [coinbase, b, a, c],
          [a, coinbase, b, c],
          [coinbase, a, b, c, stranger],
          [coinbase, a, b, stranger],
        ]
        for (const list of others) await stage.refuse(swapped(block, list), WRONG_ROOT, 'mutated')
        await stage.accept(block)
      },
    },
    { name: 'the last of three repeated has the same root (CVE-2012-2459)', like: 'b56 b57', play: mutants(3, 1) },
    { name: 'and so have the last two of six', like: 'b56p2 b57p2', play: mutants(6, 2) },
    { name: 'and the last of five, and then the last two of those', play: mutants(5, 1, 2) },
    { name: 'and the last of seven', like: 'b71 b72', play: mutants(7, 1) },
    { name: 'and the last four of twelve', play: mutants(12, 4) },
    { name: 'and the last of nine, then two, then four', play: mutants(9, 1, 2, 4) },
    {
      name: 'a block that is here already is known, whatever list comes with its header',
      like: 'b72',
      play: async stage => {
        const block = chained(stage, 3)
        await stage.accept(block)
        await stage.knows(block, swapped(block, tailRepeated(block.transactions, 1)), swapped(block, []))
      },
    },
    {
      name: 'mutants come a hundred times and the true block once',
      play: async stage => {
        const block = chained(stage, 3)
        const mutant = swapped(block, tailRepeated(block.transactions, 1))
        for (let i = 0; i < 50; i++) await stage.refuse(mutant, 'bad-txns-duplicate', 'mutated')
        await stage.accept(block)
      },
    },
    {
      name: 'a mutant on a branch does not stop the branch',
      play: async stage => {
        const fork = stage.tip
        const block = chained(stage, 3)
        await stage.mine()
        const mutant = swapped(block, tailRepeated(block.transactions, 1))
        await stage.refuse(mutant, 'bad-txns-duplicate', 'mutated')
        const [second] = stage.branch(1, block) as [Block]
        stage.acceptHeaders(block, second)
        await stage.refuse(mutant, 'bad-txns-duplicate', 'mutated')
        await stage.store(second)
        await stage.refuse(mutant, 'bad-txns-duplicate', 'mutated')
        expect(stage.tip.header.prev).toBe(fork.hash)
        await stage.link(block, second)
      },
    },
    {
      name: 'a pair of equal transactions anywhere in the tree looks like a mutant',
      play: async stage => {
        const [a, b] = [take(stage.openCoin()), take(stage.openCoin())]
        const bare = stage.block()
        const of = (...list: Transaction[]): Block => withTransactions(bare, [bare.transactions[0]!, ...list])
        await stage.refuse(of(a, b, b), 'bad-txns-duplicate', 'mutated')
        await stage.refuse(of(a, b, b, a), 'bad-txns-duplicate', 'mutated')
        // Not side by side: the transactions themselves are judged.
        await stage.refuse(stage.block({ transactions: [a, a, b] }), 'bad-txns-inputs-missingorspent')
        await stage.mine({ transactions: [a, b] })
      },
    },
    {
      name: 'what may be an inner node of the true tree is held against nobody',
      play: async stage => {
        // 64 bytes: an input and an output with four bytes of script between them.
        const node = transaction({ inputs: [input(outpoint(1))], outputs: [output(0n, times(4, opcode.OP_1))] })
        expect(node.strippedSize).toBe(64)
        const bare = stage.block({ commitment: false })
        await stage.refuse(withTransactions(bare, [node]), 'bad-cb-missing', 'mutated')
        await stage.refuse(withTransactions(bare, [take(stage.openCoin()), node]), 'bad-cb-missing', 'mutated')
        await stage.accept(bare)
      },
    },
    {
      name: 'a transaction of 64 bytes is valid in a block that begins with a coinbase',
      play: async stage => {
        const coin = stage.openCoin()
        const small = take(coin, [output(0n, times(4, opcode.OP_1))])
        expect(small.strippedSize).toBe(64)
        await stage.mine({ transactions: [small] })
      },
    },
  ],
}
