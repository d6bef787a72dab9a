import { describe, expect, test } from '@jest/globals'
import { outputTotal, type Sats, type Txid, virtualSize } from '@raistone/primitives'
import { testKey } from '@raistone/testkit'
import type { WalletCoin } from '../src/coins/book.js'
import { dustLimit } from '../src/coins/sizes.js'
import { type AccountKind, signingKeys } from '../src/keys/account.js'
import { Keyring } from '../src/keys/keyring.js'
import { entropyOf, seedOf } from '../src/keys/words.js'
import { type PaymentPlan, planPayment } from '../src/payment.js'
import { signTransaction } from '../src/sign/sign.js'
import { recordFromText } from '../src/store/record.js'
import { COIN, params } from './support/test-chain.js'
import { newWallet } from './support/wallets.js'

const { words, store } = await newWallet()
const keys = new Keyring(recordFromText((await store.read()) as string).accounts, params.address)
const keyOf = signingKeys(await seedOf(entropyOf(words)), params.address)
const changeScript = keys.script({ kind: 'tr', branch: 1, index: 0 })
const { p2wpkh, p2tr, p2pkh } = testKey(3).scripts

let made = 0
const coin = (value: Sats, kind: AccountKind = 'tr', more: Partial<WalletCoin> = {}): WalletCoin => ({
  kind,
  branch: 0,
  index: 0,
  vout: 0,
  value,
  outpoint: { txid: (++made).toString(16).padStart(64, '0') as Txid, vout: 0 },
  height: 1,
  coinbase: false,
  trusted: true,
  ...more,
})

const plan = (coins: readonly WalletCoin[], amount: Sats, feeRate = 1000n, script = p2wpkh): PaymentPlan =>
  planPayment(coins, { script, amount, feeRate }, changeScript, 100)

const sign = (made: PaymentPlan) =>
  signTransaction(
    made.body,
    made.inputs.map(each => ({
      output: { value: each.value, script: keys.script(each) },
      kind: each.kind,
      key: keyOf(each),
    })),
  )

const worth = (coins: readonly WalletCoin[]): Sats => coins.reduce((sum, { value }) => sum + value, 0n)

/** Virtual bytes of one input and output each, signed: 10.5 and 57.5 (P2TR) and 31 (P2WPKH). */
const ONE_IN_ONE_OUT = 99n

describe('coins', () => {
  test('that are worth the amount and the fee exactly need no change; one satoshi less is not enough', () => {
    const exact = plan([coin(COIN + ONE_IN_ONE_OUT)], COIN)
    expect(exact).toMatchObject({ change: undefined, fee: ONE_IN_ONE_OUT })
    expect(virtualSize(sign(exact))).toBe(Number(ONE_IN_ONE_OUT))
    expect(() => plan([coin(COIN + ONE_IN_ONE_OUT - 1n)], COIN)).toThrow(
      expect.objectContaining({
        code: 'funds',
        message: 'not enough money: 0.00000001 coins are missing, the fee included',
      }),
    )
  })

  test('that leave less than dust give it to the fee, and change from dust on', () => {
    // With change the transaction is 43 virtual bytes longer; a satoshi is lost where two halves are rounded up.
    const least = COIN + ONE_IN_ONE_OUT + 43n + dustLimit(changeScript) + 1n
    expect(plan([coin(least)], COIN)).toMatchObject({ change: dustLimit(changeScript) + 1n, fee: ONE_IN_ONE_OUT + 43n })
    const below = plan([coin(least - 1n)], COIN)
    expect(below).toMatchObject({ change: undefined, fee: ONE_IN_ONE_OUT + 43n + dustLimit(changeScript) })
    expect(below.body.outputs).toHaveLength(1)
  })

  test('are searched for a set without change', () => {
    const coins = [7n * COIN, 11n * COIN + 200n, 20n * COIN, 31n * COIN, 64n * COIN].map(value => coin(value))
    const found = plan(coins, 31n * COIN)
    expect(found).toMatchObject({ change: undefined, fee: 200n })
    expect(found.inputs).toEqual(expect.arrayContaining([coins[1], coins[2]]))
  })

  test('that are confirmed are taken first; own change only where they are not enough', () => {
    const coins = [coin(90n * COIN, 'tr', { height: undefined }), coin(3n * COIN), coin(2n * COIN)]
    expect(plan(coins, 4n * COIN).inputs.every(({ height }) => height !== undefined)).toBe(true)
    expect(plan(coins, 5n * COIN).inputs.some(({ height }) => height === undefined)).toBe(true)
  })

  test('that cost more than they are worth are left alone', () => {
    const coins = [coin(COIN), ...Array.from({ length: 20 }, () => coin(500n))]
    expect(plan(coins, COIN / 2n, 10_000n).inputs).toHaveLength(1)
    expect(() => plan(coins.slice(1), 5000n, 10_000n)).toThrow(expect.objectContaining({ code: 'funds' }))
  })

  test('can be hundreds of small ones', () => {
    const coins = Array.from({ length: 300 }, () => coin(10_000n))
    const many = plan(coins, 2_690_000n)
    expect(many.inputs.length).toBeGreaterThan(253)
    expect(worth(many.inputs)).toBe(2_690_000n + (many.change ?? 0n) + many.fee)
    // 57.5 virtual bytes each: too many for the fee of all of them.
    expect(() => plan(coins, 300n * (10_000n - 57n))).toThrow(expect.objectContaining({ code: 'funds' }))
  })

  test('can be all the money there is, and no more than that', () => {
    const { maxMoney } = params.money
    const all = [coin(maxMoney / 2n), coin(maxMoney - maxMoney / 2n)]
    const most = plan(all, maxMoney - 157n)
    expect(most).toMatchObject({ change: undefined, fee: 157n })
    expect(outputTotal(most.body)).toBe(maxMoney - 157n)
    for (const amount of [maxMoney - 156n, maxMoney, maxMoney + 1n, 99_999_999_999n * COIN])
      expect(() => plan(all, amount)).toThrow(expect.objectContaining({ code: 'funds' }))
    expect(() => plan([], COIN)).toThrow(expect.objectContaining({ code: 'funds' }))
  })
})

describe('an amount', () => {
  // Core's dust limits at 3 satoshis per virtual byte.
  test.each([
    ['P2WPKH', p2wpkh, 294n],
    ['P2TR', p2tr, 330n],
    ['P2PKH', p2pkh, 546n],
  ])('below dust (%s) is refused', (_kind, script, dust) => {
    expect(plan([coin(COIN)], dust, 1000n, script).amount).toBe(dust)
    for (const amount of [dust - 1n, 0n, -1n])
      expect(() => plan([coin(COIN)], amount, 1000n, script)).toThrow(expect.objectContaining({ code: 'payment' }))
  })
})

describe('the fee', () => {
  test.each<[AccountKind, number, bigint]>([
    ['tr', 1, 1000n],
    ['tr', 3, 1001n],
    ['tr', 2, 12_345n],
    ['wpkh', 1, 1000n],
    ['wpkh', 3, 25_000n],
    ['wpkh', 2, 1n],
  ])('of %s inputs (%d, %d sat/kvB) is never below the rate asked for, and hardly above', (kind, count, rate) => {
    const coins = Array.from({ length: count }, () => coin(COIN, kind))
    const planned = plan(coins, BigInt(count) * COIN - COIN / 2n, rate)
    expect(planned.inputs).toHaveLength(count)
    expect(planned.change).toBeDefined()
    const size = BigInt(virtualSize(sign(planned)))
    expect(planned.fee * 1000n).toBeGreaterThanOrEqual(size * rate)
    // An ECDSA signature is one or two bytes, a quarter of a virtual byte each, shorter than it may be.
    const spare = kind === 'tr' ? 0n : BigInt(count)
    expect(planned.fee).toBeLessThanOrEqual(((size + spare) * rate + 999n) / 1000n)
    expect(worth(planned.inputs)).toBe(outputTotal(planned.body) + planned.fee)
  })
})

test('a payment can be replaced, and no miner gains by taking an old block’s place', () => {
  const { body } = plan([coin(COIN)], COIN / 2n)
  expect(body).toMatchObject({ version: 2, lockTime: 100 })
  expect(body.inputs.map(({ sequence }) => sequence)).toEqual([0xfffffffd])
})
