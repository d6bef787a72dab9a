import { describe, expect, test } from '@jest/globals'
import { nullOutpoint, SEQUENCE_FINAL, type Transaction, transactionWeight } from '@raistone/primitives'
import type { Coin } from '../../src/coin.js'
import { checkTransactionAlone } from '../../src/rules/transaction/alone.js'
import { checkSequenceLocks, isFinal } from '../../src/rules/transaction/with-ancestors.js'
import { checkTransactionWithCoins } from '../../src/rules/transaction/with-coins.js'
import { anyScript, input, outpoint, output, transaction } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'

const params = rulesWith()
const { maxMoney } = params.money
/** A transaction of this many bytes without witnesses. */
const ofSize = (size: number, witness: readonly Uint8Array[] = []): Transaction => {
  const bare = transaction({ outputs: [output(1n, new Uint8Array(100_000))] }).strippedSize - 100_000
  return transaction({ inputs: [input(outpoint(1), { witness })], outputs: [output(1n, new Uint8Array(size - bare))] })
}

describe('a transaction alone', () => {
  test.each<[string, Transaction, Transaction]>([
    ['bad-txns-oversize', ofSize(1_000_001), ofSize(1_000_000, [new Uint8Array(500_000)])],
    [
      'bad-txns-inputs-duplicate',
      transaction({ inputs: [1, 2, 1].map(n => input(outpoint(n))) }),
      transaction({ inputs: [input(outpoint(1)), input({ ...outpoint(1), vout: 1 })] }),
    ],
    [
      'bad-txns-prevout-null',
      transaction({ inputs: [input(outpoint(1)), input(nullOutpoint)] }),
      transaction({
        inputs: [input({ ...nullOutpoint, vout: 0 }), input({ ...outpoint(1), vout: nullOutpoint.vout })],
      }),
    ],
  ])('%s, and what only looks like it', (rule, breaks, inside) => {
    expect(checkTransactionAlone(breaks, params)).toMatchObject({ rule, cause: 'consensus' })
    expect(checkTransactionAlone(inside, params)).toBeUndefined()
  })

  test('values that would wrap around 64 bits do not', () => {
    const half = 2n ** 63n - 1n
    expect(checkTransactionAlone(transaction({ outputs: [output(half), output(half)] }), params)?.rule).toBe(
      'bad-txns-vout-toolarge',
    )
  })

  test('the size counts without witnesses', () => {
    expect(transactionWeight(ofSize(1_000_000, [new Uint8Array(500_000)]))).toBeGreaterThan(4_000_000)
  })

  test('reasons come in Core’s order', () => {
    const value = maxMoney + 1n
    const none = { inputs: [], outputs: [] }
    const negativeTwice = { inputs: [input(outpoint(1)), input(outpoint(1))], outputs: [output(value), output(-1n)] }
    const nullTwice = [input(nullOutpoint), input(nullOutpoint)]
    const ruleOf = (tx: Transaction): string | undefined => checkTransactionAlone(tx, params)?.rule
    expect(ruleOf(transaction(none))).toBe('bad-txns-vin-empty')
    expect(ruleOf(transaction(negativeTwice))).toBe('bad-txns-vout-toolarge')
    expect(ruleOf(transaction({ inputs: nullTwice }))).toBe('bad-txns-inputs-duplicate')
    expect(ruleOf(transaction({ ...ofSize(1_000_001), outputs: [output(-1n, new Uint8Array(1_000_000))] }))).toBe(
      'bad-txns-oversize',
    )
  })
})

describe('a transaction with its coins', () => {
  const coin = (value: bigint, change: Partial<Coin> = {}): Coin => ({
    value,
    script: anyScript,
    height: 1,
    coinbase: false,
    ...change,
  })
  const tx = (value: bigint): Transaction => transaction({ outputs: [output(value)] })
  const rule = (spends: Transaction, ...coins: Coin[]) => checkTransactionWithCoins(spends, coins, 100, params).reject

  test('bad-txns-premature-spend-of-coinbase: other coins need no depth', () => {
    expect(rule(tx(1n), coin(1n, { coinbase: true, height: 100 }))?.rule).toBe('bad-txns-premature-spend-of-coinbase')
    expect(rule(tx(1n), coin(1n, { height: 100 }))).toBeUndefined()
  })

  test('bad-txns-inputvalues-outofrange: each coin and their sum', () => {
    const outOfRange = { rule: 'bad-txns-inputvalues-outofrange', cause: 'consensus' }
    expect(rule(tx(1n), coin(-1n), coin(5n))).toMatchObject(outOfRange)
    expect(rule(tx(1n), coin(maxMoney + 1n))).toMatchObject(outOfRange)
    expect(rule(tx(1n), coin(maxMoney), coin(1n))).toMatchObject(outOfRange)
    expect(rule(tx(1n), coin(maxMoney), coin(0n))).toBeUndefined()
  })

  test('the fee is what is left', () => {
    expect(rule(tx(10n), coin(9n))?.rule).toBe('bad-txns-in-belowout')
    expect(checkTransactionWithCoins(tx(10n), [coin(10n)], 100, params)).toEqual({ value: { fee: 0n } })
    expect(checkTransactionWithCoins(tx(10n), [coin(7n), coin(6n)], 100, params)).toEqual({ value: { fee: 3n } })
  })
})

describe('lock times', () => {
  const locked = (lockTime: number, ...sequences: number[]): Transaction =>
    transaction({ lockTime, inputs: sequences.map((sequence, i) => input(outpoint(i), { sequence })) })

  test('are heights below 500,000,000, and pass when the block is higher', () => {
    expect([99, 100, 101].map(height => isFinal(locked(100, 0), height, 2_000_000_000))).toEqual([false, false, true])
    expect(isFinal(locked(499_999_999, 0), 500_000_000, 0)).toBe(true)
  })

  test('are times from there on, and pass when the time is later', () => {
    const time = 500_000_000
    expect([time - 1, time, time + 1].map(at => isFinal(locked(time, 0), time * 2, at))).toEqual([false, false, true])
    expect(isFinal(locked(0xffffffff, 0), 1, 0xffffffff)).toBe(false)
  })

  test('do not matter when they are 0 or all inputs are final', () => {
    expect(isFinal(locked(0, 0), 0, 0)).toBe(true)
    expect(isFinal(locked(100, SEQUENCE_FINAL, SEQUENCE_FINAL), 1, 0)).toBe(true)
    expect(isFinal(locked(100, SEQUENCE_FINAL, SEQUENCE_FINAL - 1), 1, 0)).toBe(false)
  })
})

describe('BIP-0068: relative lock times', () => {
  const HEIGHT = 100
  const medianTimePastAt = (height: number): number => 1_000_000 + 1000 * height
  const at = { height: HEIGHT, medianTimePast: medianTimePastAt(HEIGHT - 1), medianTimePastAt, params }
  const coinAt = (height: number): Coin => ({ value: 1n, script: anyScript, height, coinbase: false })
  const check = (
    sequence: number,
    madeAt: number,
    version = 2,
    context: Parameters<typeof checkSequenceLocks>[2] = at,
  ) =>
    checkSequenceLocks(
      transaction({ version, inputs: [input(outpoint(1)), input(outpoint(2), { sequence })] }),
      [coinAt(1), coinAt(madeAt)],
      context,
    )
  const early = { rule: 'bad-txns-nonfinal', cause: 'early' }
  const BY_TIME = 0x00400000

  test('by blocks: the coin’s height and so many more', () => {
    expect(check(10, 91)).toMatchObject(early)
    expect(check(10, 90)).toBeUndefined()
    expect(check(0, HEIGHT)).toBeUndefined()
    expect(check(0xffff, 1)).toMatchObject(early)
  })

  test('by time: 512 seconds each, from the median time before the coin’s block', () => {
    // 10 blocks of 1,000 s from the parent of the coin's block to the parent of this one.
    expect(check(BY_TIME | 20, 90)).toMatchObject(early)
    expect(check(BY_TIME | 19, 90)).toBeUndefined()
    const exact = { ...at, medianTimePast: medianTimePastAt(89) + 20 * 512 }
    expect(check(BY_TIME | 20, 90, 2, exact)).toBeUndefined()
    expect(check(BY_TIME | 20, 90, 2, { ...exact, medianTimePast: exact.medianTimePast - 1 })).toMatchObject(early)
  })

  test('by time, a coin of the first blocks counts from the genesis block', () => {
    const exact = { ...at, medianTimePast: medianTimePastAt(0) + 512 }
    for (const madeAt of [0, 1]) {
      expect(check(BY_TIME | 1, madeAt, 2, exact)).toBeUndefined()
      expect(check(BY_TIME | 1, madeAt, 2, { ...exact, medianTimePast: exact.medianTimePast - 1 })).toMatchObject(early)
    }
  })

  test('bits that mean nothing do not count', () => {
    expect(check(0x7fbf0000 | 10, 90)).toBeUndefined()
    expect(check(0x7fbf0000 | 10, 91)).toMatchObject(early)
  })

  test('are switched off by the highest bit, by version 1, and before CSV', () => {
    expect(check(0x8000000a, 91)).toBeUndefined()
    expect(check(10, 91, 1)).toBeUndefined()
    expect(check(10, 91, 0)).toBeUndefined()
    expect(check(10, 91, 2, { ...at, params: forksAt({ csv: HEIGHT + 1 }) })).toBeUndefined()
    expect(check(10, 91, 2, { ...at, params: forksAt({ csv: HEIGHT }) })).toMatchObject(early)
  })

  test('hold for every version from 2 on, which is unsigned', () => {
    expect(check(10, 91, 0xffffffff)).toMatchObject(early)
  })
})
