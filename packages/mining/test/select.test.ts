import { afterEach, describe, expect, test } from '@jest/globals'
import { concatBytes, type Transaction, transactionWeight } from '@raistone/primitives'
import { opcode, pushData } from '@raistone/script'
import { spend, testKey } from '@raistone/testkit'
import { selectTransactions } from '../src/select.js'
import { type Ledger, minted, openMined, outputOf, pay, take, toKey } from './support/ledger.js'

let ledger: Ledger
afterEach(() => ledger.close())

const ROOM = { weight: 4_000_000, sigops: 80_000 }
const chosen = (room = ROOM, minFeeRate = 1n): string[] =>
  selectTransactions(ledger.mempool, room, minFeeRate).map(({ tx }) => tx.txid)
const ids = (...txs: Transaction[]): string[] => txs.map(({ txid }) => txid)

describe('the choice', () => {
  test('goes by fee rate; of equals the one that came first', async () => {
    ledger = await openMined(8)
    const fees = [1000n, 3000n, 2000n]
    const [low, high, middle] = await Promise.all(
      fees.map(async (fee, i) => take(ledger, pay([await minted(ledger, i + 1)], fee))),
    )
    expect(chosen()).toEqual(ids(high!, middle!, low!))
  })

  test('counts a transaction with its ancestors: a child pays for its parent', async () => {
    ledger = await openMined(8)
    const parent = await take(ledger, pay([await minted(ledger, 1)], 200n))
    const alone = await take(ledger, pay([await minted(ledger, 2)], 2000n))
    const child = await take(ledger, pay([outputOf(parent)], 9000n))
    expect(chosen()).toEqual(ids(parent, child, alone))
  })

  test('counts ancestors once: what one child has paid for, the other need not', async () => {
    ledger = await openMined(8)
    const parent = await take(ledger, pay([await minted(ledger, 1)], 200n, 2))
    const rich = await take(ledger, pay([outputOf(parent, 0)], 20_000n))
    const alone = await take(ledger, pay([await minted(ledger, 2)], 1500n))
    // Together with its parent this one would pay less than the one that stands alone.
    const poor = await take(ledger, pay([outputOf(parent, 1)], 2000n))
    expect(chosen()).toEqual(ids(parent, rich, poor, alone))
  })

  test('puts parents first, whatever hangs together how', async () => {
    ledger = await openMined(8)
    const root = await take(ledger, pay([await minted(ledger, 1)], 300n, 2))
    const other = await take(ledger, pay([await minted(ledger, 2)], 300n))
    const middle = await take(ledger, pay([outputOf(root, 0), outputOf(other)], 300n))
    const last = await take(ledger, pay([outputOf(root, 1), outputOf(middle)], 30_000n))
    const order = chosen()
    expect(new Set(order)).toEqual(new Set(ids(root, other, middle, last)))
    expect(order.indexOf(middle.txid)).toBe(2)
    expect(order.indexOf(last.txid)).toBe(3)
  })

  test('leaves out what pays less than the miner wants', async () => {
    ledger = await openMined(8, { policy: { minRelayFeeRate: 0n } })
    const free = await take(ledger, pay([await minted(ledger, 1)], 0n))
    const cheap = await take(ledger, pay([await minted(ledger, 2)], 1n))
    expect(chosen()).toEqual(ids(cheap))
    expect(chosen(ROOM, 0n)).toEqual(ids(cheap, free))
  })
})

/** Pays with so many bytes of data beside. */
async function bulky(height: number, bytes: number, fee: bigint): Promise<Transaction> {
  const coin = await minted(ledger, height)
  const data = concatBytes(Uint8Array.of(opcode.OP_RETURN), pushData(new Uint8Array(bytes)))
  return take(ledger, spend([coin], [toKey(coin.output.value - fee), { value: 0n, script: data }]))
}

describe('the room', () => {
  test('of weight is kept to the last unit, and what is left is used', async () => {
    ledger = await openMined(8)
    const large = await bulky(1, 50_000, 1_000_000n)
    const medium = await bulky(2, 20_000, 300_000n)
    const small = await take(ledger, pay([await minted(ledger, 3)], 500n))
    const [l, m, s] = [large, medium, small].map(transactionWeight) as [number, number, number]
    const within = (weight: number): string[] => chosen({ ...ROOM, weight })
    expect(within(l + m + s)).toEqual(ids(large, medium, small))
    expect(within(l + m + s - 1)).toEqual(ids(large, medium))
    expect(within(l + m - 1)).toEqual(ids(large, small))
    expect(within(l - 1)).toEqual(ids(medium, small))
    // Hardly any room is left at once, and still the one that fits is found behind one that does not.
    expect(within(m + s - 1)).toEqual(ids(medium))
    expect(within(s)).toEqual(ids(small))
  })

  test('of signature operations too', async () => {
    ledger = await openMined(8)
    const multisig = concatBytes(
      Uint8Array.of(opcode.OP_1),
      pushData(testKey(1).publicKey),
      Uint8Array.of(opcode.OP_1, opcode.OP_CHECKMULTISIG),
    )
    const outputs = new Array(10).fill({ value: 10_000n, script: multisig })
    const many = await take(ledger, spend([await minted(ledger, 1)], outputs))
    const few = await take(ledger, pay([await minted(ledger, 2)], 500n))
    const cost = ledger.mempool.get(many.txid)?.sigopCost
    expect([cost, ledger.mempool.get(few.txid)?.sigopCost]).toEqual([801, 1])
    expect(chosen({ ...ROOM, sigops: 802 })).toEqual(ids(many, few))
    expect(chosen({ ...ROOM, sigops: 801 })).toEqual(ids(many))
    expect(chosen({ ...ROOM, sigops: 800 })).toEqual(ids(few))
  })

  test('is for whole families: a child does not come without its parent', async () => {
    ledger = await openMined(8)
    const parent = await bulky(1, 50_000, 30_000n)
    await take(ledger, pay([outputOf(parent)], 900_000n))
    const small = await take(ledger, pay([await minted(ledger, 2)], 500n))
    expect(chosen({ ...ROOM, weight: 10_000 })).toEqual(ids(small))
  })
})
