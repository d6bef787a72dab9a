import { describe, expect, test } from '@jest/globals'
import { type Block, DecodeError, type OutpointKey, outpointKey, type Transaction } from '@raistone/primitives'
import fc from 'fast-check'
import { disconnectDiff } from '../../src/chain/undo-diff.js'
import { type Coin, type CoinDiff, overlay, reverseDiff } from '../../src/coin.js'
import type { Connected } from '../../src/rules/block/with-coins.js'
import { decodeUndo, decodeUndoWhole, encodeUndo } from '../../src/store/undo-record.js'
import { outpoint, output, spending } from '../support/bodies.js'
import { RuleScene, rulesWith } from '../support/rule-scene.js'
import { anyCoin } from '../support/store-records.js'

const anyUndo = fc.array(fc.array(anyCoin, { maxLength: 5 }), { maxLength: 8 })

describe('an undo record', () => {
  test('is read back as it was written', () => {
    fc.assert(fc.property(anyUndo, spent => expect(decodeUndo(encodeUndo(spent))).toEqual(spent)))
  })

  test('keeps coins of every size', () => {
    const coin = { value: 0n, height: 0, coinbase: true, script: new Uint8Array(0) }
    const spent = [0, 252, 253, 10_000, 65_536].map(length => [{ ...coin, script: new Uint8Array(length) }])
    expect(decodeUndo(encodeUndo(spent))).toEqual(spent)
  })

  test('keeps the coins that a block overwrote, if there are any', () => {
    const places = fc.uniqueArray(fc.nat(70_000), { maxLength: 4 })
    fc.assert(
      fc.property(anyUndo, places, anyCoin, (spent, vouts, coin) => {
        const overwritten = new Map(vouts.map(vout => [outpointKey({ ...outpoint(vout), vout }), coin]))
        const record = encodeUndo(spent, overwritten)
        expect(decodeUndoWhole(record)).toEqual({ spent, overwritten })
        expect(decodeUndo(record)).toEqual(spent)
        expect(decodes(Uint8Array.of(...record, 0, 0, 0, 0))).toBe(false)
        expect(decodes(record.subarray(0, -1))).toBe(false)
      }),
    )
  })

  const decodes = (bytes: Uint8Array): boolean => {
    try {
      decodeUndo(bytes)
      return true
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      return false
    }
  }

  test('of which a part is missing, or that goes on, is refused', () => {
    fc.assert(
      fc.property(anyUndo, fc.nat(), (spent, n) => {
        const record = encodeUndo(spent)
        expect(decodes(record.subarray(0, n % record.length))).toBe(false)
        expect(decodes(Uint8Array.of(...record, 0))).toBe(false)
      }),
    )
  })

  test('of any bytes is one, or a DecodeError', () => {
    const counts = fc.tuple(fc.nat(3), fc.nat(3), fc.uint8Array({ maxLength: 60 }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => void decodes(bytes)))
    fc.assert(fc.property(counts, ([a, b, rest]) => void decodes(Uint8Array.of(a, 0, 0, 0, b, 0, 0, 0, ...rest))))
  })

  test('with a count beyond its end is refused before anything is made of it', () => {
    const countOf = (count: number, rest: number): Uint8Array => {
      const bytes = new Uint8Array(4 + rest)
      new DataView(bytes.buffer).setUint32(0, count, true)
      return bytes
    }
    expect(() => decodeUndo(countOf(0xffffffff, 100))).toThrow(/count 4294967295/)
    expect(() => decodeUndo(countOf(3, 11))).toThrow(/count 3/)
    expect(decodeUndo(countOf(3, 12))).toEqual([[], [], []])
  })
})

/** Index of the new transaction's inputs among the coins there are, and into how many outputs it splits them. */
interface Payment {
  readonly inputs: readonly number[]
  readonly outputs: number
  readonly burn: boolean
}

const anyPayments: fc.Arbitrary<Payment[]> = fc.array(
  fc.record({
    inputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    burn: fc.boolean(),
  }),
  { maxLength: 8 },
)

const opReturn = Uint8Array.of(0x6a)

/** Transactions that spend what was there before the block and what the ones before them in the block made. */
function transactionsOf(payments: readonly Payment[], scene: RuleScene): Transaction[] {
  const coins = [1, 2, 3].map(height => scene.coin(height).outpoint)
  return payments.flatMap(({ inputs, outputs, burn }) => {
    const taken = new Set(inputs.map(n => coins[n % Math.max(1, coins.length)]).filter(at => at !== undefined))
    if (taken.size === 0) return []
    for (const at of taken) coins.splice(coins.indexOf(at), 1)
    const paid = Array.from({ length: outputs }, () => output(0n))
    const tx = spending([...taken], burn ? [output(0n, opReturn), ...paid] : paid)
    tx.outputs.forEach(({ script }, vout) => {
      if (script !== opReturn) coins.push({ txid: tx.txid, vout })
    })
    return [tx]
  })
}

function applied(coins: ReadonlyMap<OutpointKey, Coin>, { added, spent }: CoinDiff): Map<OutpointKey, Coin> {
  const after = new Map(coins)
  for (const key of spent.keys()) after.delete(key)
  for (const [key, coin] of added) after.set(key, coin)
  return after
}

/** A block of these payments on a chain of which three coinbases can be spent. */
function connect(payments: readonly Payment[]): { scene: RuleScene; block: Block; connected: Connected } {
  const scene = new RuleScene(rulesWith(), 6)
  const block = scene.build({ transactions: transactionsOf(payments, scene) })
  const outcome = scene.connect(block)
  if (outcome.reject) throw new Error(`${outcome.reject.rule}: ${outcome.reject.detail}`)
  return { scene, block, connected: outcome.value }
}

const keysOf = (map: ReadonlyMap<OutpointKey, Coin>): OutpointKey[] => [...map.keys()]

describe('what a block does to the coins', () => {
  test('is undone by the reversed change, and by what the disk keeps of it', () => {
    fc.assert(
      fc.property(anyPayments, payments => {
        const { scene, block, connected } = connect(payments)
        const before = new Map(scene.coins)
        const after = applied(before, connected.diff)
        expect(applied(after, reverseDiff(connected.diff))).toEqual(before)
        const kept = decodeUndo(encodeUndo(connected.spent))
        expect(applied(after, disconnectDiff(block, kept, scene.height))).toEqual(before)
      }),
      { numRuns: 60 },
    )
  })

  test('spends only coins from before the block, and adds only coins that outlive it', () => {
    fc.assert(
      fc.property(anyPayments, payments => {
        const { scene, block, connected } = connect(payments)
        const { added, spent } = connected.diff
        const made = new Set(
          block.transactions.flatMap(tx => tx.outputs.map((_, vout) => outpointKey({ ...tx, vout }))),
        )
        const used = new Set(block.transactions.flatMap(tx => tx.inputs.map(({ prevout }) => outpointKey(prevout))))
        for (const [key, coin] of spent) expect(scene.coins.get(key)).toEqual(coin)
        for (const key of keysOf(spent)) expect(made.has(key)).toBe(false)
        for (const key of keysOf(added)) expect(made.has(key) && !used.has(key)).toBe(true)
        const view = overlay(scene.coins, connected.diff)
        for (const key of used) expect(view.get(key)).toBeUndefined()
        for (const [key, coin] of added) expect(view.get(key)).toBe(coin)
      }),
      { numRuns: 60 },
    )
  })

  test('a coin made and spent within the block is on neither side, nor in what takes the block back', () => {
    const between: Payment = { inputs: [0], outputs: 1, burn: false }
    const { block, connected, scene } = connect([between, { ...between, inputs: [2] }])
    const [, first, second] = block.transactions as [Transaction, Transaction, Transaction]
    const key = outpointKey({ txid: first.txid, vout: 0 })
    expect(second.inputs[0]?.prevout.txid).toBe(first.txid)
    expect(connected.diff.added.has(key) || connected.diff.spent.has(key)).toBe(false)
    expect(connected.spent[2]).toHaveLength(1)
    const { added } = disconnectDiff(block, connected.spent, scene.height)
    expect(keysOf(added)).toEqual([outpointKey(scene.coin(1).outpoint)])
  })
})
