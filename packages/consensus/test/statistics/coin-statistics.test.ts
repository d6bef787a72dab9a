import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import {
  type BlockHash,
  concatBytes,
  createTransaction,
  emptyBytes,
  fromHex,
  hash256,
  type OutpointKey,
  type Transaction,
  toDisplayHex,
} from '@raistone/primitives'
import type { Coin } from '../../src/coin.js'
import { measureCoins } from '../../src/statistics/coin-statistics.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { input, output } from '../support/bodies.js'
import { coreCoinbase, firstCoin, nodeScript, SUBSIDY } from '../support/core-coinbase.js'
import { coinAt, coinOf, putRecord, recordsOf, tipAt } from '../support/store-records.js'

let store: ChainStore
beforeEach(async () => {
  store = await openMemoryStore()
})
afterEach(() => store.close())

const tip = { height: 101, bestBlock: tipAt(101).hash as BlockHash }

async function measure(coins: Iterable<readonly [OutpointKey, Coin]>) {
  await store.coins.write(coins, tipAt(101))
  return measureCoins(store.coins.walk(), tip, 4711)
}

/** What follows is the chain of Core's feature_utxo_set_hash.py. */
/** test_framework/wallet.py: 104 virtual bytes at 0.003 BTC for a thousand. */
const FEE = 31_200n
/** bcrt1p9yfmy5h72durp7zrhlw9lf7jpwjgvwdg0jr0lqmmjtgg83266lqsekaqka: Taproot, internal key 1, the script OP_TRUE. */
const walletScript = fromHex('51202913b252fe537830f843bfdc5fa7d20ba48639a87c86ff837b92d083c55ad7c1')
const walletWitness = [Uint8Array.of(0x51), concatBytes(Uint8Array.of(0xc0), new Uint8Array(31), Uint8Array.of(1))]

/** 100 coinbases, and in block 101 a transaction that spends the first of them. */
function coreCoins(): [OutpointKey, Coin][] {
  const coinbases = Array.from({ length: 100 }, (_, i) => coreCoinbase(i + 1, i === 0 ? walletScript : nodeScript))
  const [spent, ...kept] = coinbases as [Transaction, ...Transaction[]]
  const spending = createTransaction({
    version: 2,
    inputs: [input({ txid: spent.txid, vout: 0 }, { sequence: 0, witness: walletWitness })],
    outputs: [output(SUBSIDY - FEE, walletScript)],
    lockTime: 0,
  })
  const last = coreCoinbase(101, walletScript, [spending])
  return [
    ...kept.map((tx, i) => firstCoin(tx, i + 2, true)),
    firstCoin(spending, 101, false),
    firstCoin(last, 101, true),
  ]
}

describe('the statistics of the coins', () => {
  test('have the hashes that Core has of the same chain (feature_utxo_set_hash.py)', async () => {
    expect(await measure(coreCoins())).toEqual({
      ...tip,
      transactions: 101,
      txouts: 101,
      // 99 outputs of 25 bytes, 2 of 34.
      bogosize: 101 * 50 + 99 * 25 + 2 * 34,
      totalAmount: 101n * SUBSIDY - SUBSIDY + (SUBSIDY - FEE),
      hashSerialized: 'd1c7fec1c0623f6793839878cbe2a531eb968b50b27edd6e2a57077a5aed6094',
      muhash: 'd1725b2fe3ef43e55aa4907480aea98d406fc9e0bf8f60169e2305f1fbf5961b',
      diskSize: 4711,
    })
  })

  test('count the transactions that have outputs left, not their outputs', async () => {
    const script = (length: number): Uint8Array => new Uint8Array(length)
    const coins: [OutpointKey, Coin][] = [
      [coinAt(1, 0), coinOf(10, { script: script(0) })],
      [coinAt(1, 300), coinOf(20, { script: script(253) })],
      [coinAt(2, 7), coinOf(30, { script: script(1) })],
      [coinAt(2, 8), coinOf(40, { script: script(2), coinbase: true })],
      [coinAt(3, 70_000), coinOf(50, { script: script(3) })],
    ]
    expect(await measure(coins)).toMatchObject({
      transactions: 3,
      txouts: 5,
      bogosize: 5 * 50 + 0 + 253 + 1 + 2 + 3,
      totalAmount: 150n,
    })
  })

  test('do not depend on when coins came, and change with every part of a coin', async () => {
    const others: [OutpointKey, Coin][] = [
      [coinAt(1), coinOf(1)],
      [coinAt(3), coinOf(3)],
    ]
    const coin = coinOf(2)
    const same = await measure([[coinAt(2), coin], ...others])
    await store.coins.clear()
    expect(await measure([...others.reverse(), [coinAt(2), coin]])).toEqual(same)
    const hashes = new Set([same.muhash, same.hashSerialized])
    const changes: Partial<Coin>[] = [{ value: 3n }, { height: 8 }, { coinbase: true }, { script: Uint8Array.of(0x51) }]
    for (const change of changes) {
      const { muhash, hashSerialized } = await measure([[coinAt(2), { ...coin, ...change }]])
      hashes.add(muhash).add(hashSerialized)
    }
    await store.coins.write([[coinAt(2), undefined]], tipAt(1))
    const { muhash, hashSerialized } = await measure([[coinAt(2, 1), coin]])
    hashes.add(muhash).add(hashSerialized)
    expect(hashes.size).toBe(2 * (changes.length + 2))
  })

  test('of more coins than one step of the walk has each once', async () => {
    const coins = Array.from({ length: 401 }, (_, i): [OutpointKey, Coin] => [coinAt(i), coinOf(i)])
    expect(await measure(coins)).toMatchObject({ transactions: 401, txouts: 401, totalAmount: 401n * 200n })
  })

  test('of no coins are those of nothing', async () => {
    expect(await measure([])).toMatchObject({
      transactions: 0,
      txouts: 0,
      bogosize: 0,
      totalAmount: 0n,
      hashSerialized: toDisplayHex(hash256(emptyBytes)),
      muhash: 'dd5ad2a105c2d29495f577245c357409002329b9f4d6182c0af3dc2f462555c8',
    })
  })

  test('are not given where a coin is damaged, and the walk is closed', async () => {
    await store.coins.write([[coinAt(1), coinOf(1)]], tipAt(1))
    const [[key] = [emptyBytes]] = await recordsOf(store.coins.database)
    await putRecord(store.coins.database, key, new Uint8Array(20))
    const walk = store.coins.walk()
    const closed = jest.spyOn(walk, 'close')
    await expect(measureCoins(walk, tip, 0)).rejects.toMatchObject({ code: 'damaged' })
    expect(closed).toHaveBeenCalledTimes(1)
  })
})
