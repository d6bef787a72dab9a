import { describe, expect, test } from '@jest/globals'
import {
  createTransaction,
  emptyBytes,
  type Outpoint,
  outpointKey,
  type Transaction,
  type Txid,
} from '@raistone/primitives'
import fc from 'fast-check'
import type { MempoolEntry, PackageTotals } from '../src/pool/entry.js'
import { TransactionGraph } from '../src/pool/graph.js'
import { memoryOf } from '../src/pool/memory.js'

/** Spends these outputs, makes three; `n` makes it unlike all others. */
const transaction = (n: number, spends: readonly Outpoint[]): Transaction =>
  createTransaction({
    version: 2,
    lockTime: n,
    inputs: [...spends, { txid: n.toString(16).padStart(64, '0') as Txid, vout: 0 }].map(prevout => ({
      prevout,
      scriptSig: emptyBytes,
      sequence: 0,
      witness: [],
    })),
    outputs: [1n, 2n, 3n].map(value => ({ value, script: emptyBytes })),
  })

const enter = (graph: TransactionGraph, tx: Transaction, n: number): MempoolEntry =>
  graph.add({
    tx,
    fee: BigInt(100 + n),
    vsize: 50 + n,
    weight: 200 + 4 * n,
    sigopCost: 0,
    timeSec: n,
    height: 0,
    sequence: n,
    spendsCoinbase: false,
  })

/** Everything reachable, counted without any of the graph's own book-keeping. */
function totalsOf(all: readonly MempoolEntry[], from: MempoolEntry, direction: 'up' | 'down'): PackageTotals {
  const spends = (child: MempoolEntry, parent: MempoolEntry): boolean =>
    child.tx.inputs.some(({ prevout }) => prevout.txid === parent.tx.txid)
  const found = new Set([from])
  for (const at of found)
    for (const other of all) if (direction === 'up' ? spends(at, other) : spends(other, at)) found.add(other)
  const members = [...found]
  return {
    count: members.length,
    vsize: members.reduce((sum, { vsize }) => sum + vsize, 0),
    fees: members.reduce((sum, { fee }) => sum + fee, 0n),
  }
}

function expectTrue(graph: TransactionGraph): void {
  const all = [...graph.entries()]
  for (const entry of all) {
    expect(entry.ancestors).toEqual(totalsOf(all, entry, 'up'))
    expect(entry.descendants).toEqual(totalsOf(all, entry, 'down'))
    for (const { prevout } of entry.tx.inputs) expect(graph.spender(outpointKey(prevout))).toBe(entry.tx.txid)
  }
  expect(graph.size).toBe(all.length)
  expect(graph.vsize).toBe(all.reduce((sum, { vsize }) => sum + vsize, 0))
  expect(graph.fees).toBe(all.reduce((sum, { fee }) => sum + fee, 0n))
  expect(graph.memory).toBe(all.reduce((sum, { tx }) => sum + memoryOf(tx), 0))
}

const step = fc.record({
  does: fc.constantFrom('add', 'add', 'add', 'confirm', 'drop', 'return'),
  picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
})

/** Whether all its unconfirmed ancestors are gone: only then can a block have it. */
const isTop = (entry: MempoolEntry): boolean => entry.parents.size === 0

describe('the graph of waiting transactions', () => {
  test('keeps true totals whatever comes, is confirmed, dropped or returned', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const graph = new TransactionGraph()
        const confirmed: [Transaction, number][] = []
        for (const [n, { does, picks }] of steps.entries()) {
          const all = [...graph.entries()]
          const pick = all[picks[0]! % all.length]
          if (does === 'add') {
            const spends = picks.flatMap(at => {
              const parent = all[at % all.length]
              const prevout = parent && { txid: parent.tx.txid, vout: at % 3 }
              return prevout && graph.spender(outpointKey(prevout)) === undefined ? [prevout] : []
            })
            const once = new Map(spends.map(prevout => [outpointKey(prevout), prevout]))
            enter(graph, transaction(n + 1, [...once.values()]), n + 1)
          } else if (does === 'confirm' && pick && isTop(pick)) {
            graph.remove(pick.tx.txid)
            confirmed.push([pick.tx, pick.sequence])
          } else if (does === 'drop' && pick) {
            for (const { tx } of graph.childrenFirst([pick.tx.txid])) graph.remove(tx.txid)
          } else if (does === 'return') {
            const last = confirmed.pop()
            const taken = last?.[0].inputs.some(({ prevout }) => graph.spender(outpointKey(prevout)))
            if (last && !taken) enter(graph, ...last)
          }
          expectTrue(graph)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('tells those who stay, whichever way a family hangs together', () => {
    const graph = new TransactionGraph()
    const root = enter(graph, transaction(1, []), 1)
    const other = enter(graph, transaction(2, []), 2)
    const middle = enter(graph, transaction(3, [at(root, 0), at(other, 0)]), 3)
    enter(graph, transaction(4, [at(root, 1), at(middle, 0)]), 4)
    for (const { tx } of graph.childrenFirst([root.tx.txid])) graph.remove(tx.txid)
    expect(other.descendants).toEqual({ count: 1, vsize: other.vsize, fees: other.fee })
    expect(graph.size).toBe(1)
  })
})

const at = ({ tx }: MempoolEntry, vout: number): Outpoint => ({ txid: tx.txid, vout })
