import { describe, expect, test } from '@jest/globals'
import { type Block, createBlock, type OutpointKey, type Transaction } from '@raistone/primitives'
import { seededRandom } from '@raistone/testkit'
import fc from 'fast-check'
import { disconnectDiff } from '../../src/chain/undo-diff.js'
import { type Coin, type CoinDiff, overlay, reverseDiff } from '../../src/coin.js'
import { type Connected, connectBlock } from '../../src/rules/block/with-coins.js'
import { decodeUndo, encodeUndo } from '../../src/store/undo-record.js'
import { liveParams } from '../support/live-chain.js'
import { chainPlan, growTree, type TreeNode } from './random-chain.js'

type Coins = ReadonlyMap<OutpointKey, Coin>

/** A coin without what only the model knows of it. */
const plain = ({ value, script, height, coinbase }: Coin): Coin => ({ value, script, height, coinbase })
const coinsOf = ({ coins }: TreeNode): Coins => new Map([...coins].map(([key, coin]) => [key, plain(coin)]))

function connect(block: Block, before: Coins, height: number): Connected {
  const outcome = connectBlock(block, before, {
    height,
    hash: block.hash,
    medianTimePast: 0,
    medianTimePastAt: () => 0,
    params: liveParams,
  })
  if (outcome.reject) throw new Error(`${outcome.reject.rule}: ${outcome.reject.detail}`)
  return outcome.value
}

/** The coins after the diff; it must fit them exactly. */
function apply(coins: Coins, { added, spent }: CoinDiff): Coins {
  const after = new Map(coins)
  for (const [key, coin] of spent) {
    expect(after.get(key)).toEqual(coin)
    after.delete(key)
  }
  for (const [key, coin] of added) {
    expect(after.has(key)).toBe(false)
    after.set(key, coin)
  }
  return after
}

/** Another order of the transactions in which each still comes after those it spends from. */
function reordered([coinbase, ...others]: readonly Transaction[], seed: number): Transaction[] {
  const random = seededRandom(seed)
  const waiting = new Set(others)
  const order = [coinbase as Transaction]
  while (waiting.size > 0) {
    const ids = new Set<string>([...waiting].map(({ txid }) => txid))
    const free = [...waiting].filter(tx => tx.inputs.every(({ prevout }) => !ids.has(prevout.txid)))
    const next = free[Math.floor(random() * free.length)] as Transaction
    waiting.delete(next)
    order.push(next)
  }
  return order
}

const property = (check: (node: TreeNode, before: Coins) => void): void => {
  fc.assert(
    fc.property(chainPlan(4, 14), plans => {
      for (const node of growTree(plans)) check(node, node.parent ? coinsOf(node.parent) : new Map())
    }),
    { seed: 30, numRuns: 25 },
  )
}

describe('what a random block does to the coins', () => {
  test('is what a model says that knows no rules', () => {
    property((node, before) => {
      const { diff } = connect(node.block, before, node.at.height)
      expect(apply(before, diff)).toEqual(coinsOf(node))
      const view = overlay(before, diff)
      for (const key of [...before.keys(), ...node.coins.keys()]) expect(view.get(key)).toEqual(coinsOf(node).get(key))
    })
  })

  test('is undone by the same diff reversed', () => {
    property((node, before) => {
      const { diff } = connect(node.block, before, node.at.height)
      expect(apply(apply(before, diff), reverseDiff(diff))).toEqual(before)
    })
  })

  test('is undone by the block and what was kept of the coins it spent', () => {
    property(({ block, at: { height } }, before) => {
      const { diff, spent } = connect(block, before, height)
      const back = disconnectDiff(block, decodeUndo(encodeUndo(spent)), height)
      const after = new Map(apply(before, diff))
      // It names all outputs of the block, also those that are no coins any more or never were.
      for (const key of back.spent.keys()) after.delete(key)
      for (const [key, coin] of back.added) after.set(key, coin)
      expect(after).toEqual(before)
    })
  })

  test('is the same each time, down to the order in which it is told', () => {
    property(({ block, at: { height } }, before) => {
      const [one, two] = [connect(block, before, height), connect(block, new Map([...before].reverse()), height)]
      expect([...two.diff.added]).toEqual([...one.diff.added])
      expect([...two.diff.spent]).toEqual([...one.diff.spent])
      expect([two.fees, two.spent]).toEqual([one.fees, one.spent])
    })
  })

  test('does not depend on the order of its transactions, as long as coins are made before they are spent', () => {
    let seed = 0
    property(({ block, at: { height } }, before) => {
      const other = createBlock(block.header, reordered(block.transactions, ++seed))
      const [one, two] = [connect(block, before, height), connect(other, before, height)]
      expect(two.diff).toEqual(one.diff)
      expect(two.fees).toBe(one.fees)
    })
  })
})
