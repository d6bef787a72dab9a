import { describe, expect, test } from '@jest/globals'
import { toHex } from '@raistone/primitives'
import { testKey } from '@raistone/testkit'
import { WalletError } from '../src/wallet-error.js'
import { COIN, payment, scriptOf, TestChain } from './support/test-chain.js'
import { newWallet, pay, reopen, richWallet } from './support/wallets.js'

const stranger = testKey(7).scripts.p2wpkh

describe('payments', () => {
  test('in a row without a block between spend each other’s change, each to an address of its own', async () => {
    const chain = new TestChain()
    const { wallet } = await richWallet(chain)
    const txids = []
    for (let i = 0; i < 3; i++) txids.push(await pay(wallet, chain.source(), { to: stranger, amount: 10n * COIN }))
    const fees = wallet.history().reduce((sum, { fee }) => sum + (fee ?? 0n), 0n)
    expect(wallet.balance()).toEqual({ trusted: 20n * COIN - fees, untrustedPending: 0n, immature: 0n })
    expect(chain.mempool.map(({ inputs }) => inputs[0]?.prevout.txid).slice(1)).toEqual(txids.slice(0, 2))
    expect(new Set(chain.mempool.map(({ outputs }) => toHex(outputs[1]?.script as Uint8Array))).size).toBe(3)
    chain.mine()
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(20n * COIN - fees)
    expect(wallet.history().slice(0, 3)).toMatchObject(
      txids.toReversed().map(txid => ({ txid, category: 'send', amount: -10n * COIN, confirmations: 1 })),
    )
  })

  test('to the wallet itself cost the fee only', async () => {
    const chain = new TestChain()
    const { wallet } = await richWallet(chain)
    await pay(wallet, chain.source(), { to: scriptOf(await wallet.newAddress('wpkh')), amount: 10n * COIN })
    const [{ amount, fee } = { amount: -1n, fee: undefined }] = wallet.history()
    expect(amount).toBe(0n)
    expect(wallet.balance().trusted).toBe(50n * COIN - (fee as bigint))
  })

  test('that are refused change nothing', async () => {
    const chain = new TestChain()
    const { wallet } = await richWallet(chain)
    chain.refusal = 'min relay fee not met'
    await expect(pay(wallet, chain.source(), { to: stranger, amount: COIN })).rejects.toMatchObject({
      code: 'refused',
      message: 'min relay fee not met',
    })
    expect(wallet.balance().trusted).toBe(50n * COIN)
    expect(wallet.history()).toHaveLength(1)
  })

  test('need the passphrase', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet({ passphrase: 'correct horse' })
    chain.mine({ transactions: [payment(scriptOf(await wallet.newAddress()), COIN)] })
    await wallet.sync(chain.source())
    expect(wallet.isUnprotected).toBe(false)
    const plan = wallet.plan({ script: stranger, amount: COIN / 2n, feeRate: 1000n })
    for (const wrong of ['', 'wrong battery'])
      await expect(wallet.sign(plan, wrong)).rejects.toMatchObject({ code: 'passphrase', message: 'wrong passphrase' })
    const { tx } = await wallet.sign(plan, 'correct horse')
    expect(tx.outputs[0]).toEqual({ value: COIN / 2n, script: stranger })
  })
})

describe('a payment that the node has lost', () => {
  test('is offered again, and kept while the node will not have it', async () => {
    const chain = new TestChain()
    const made = await richWallet(chain)
    const txid = await pay(made.wallet, chain.source(), { to: stranger, amount: COIN })
    const second = await pay(made.wallet, chain.source(), { to: stranger, amount: COIN })
    const before = made.wallet.balance()
    chain.mempool = []
    chain.refusal = 'mempool full'
    const wallet = await reopen(made)
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual(before)
    expect(chain.mempool).toEqual([])
    chain.refusal = undefined
    await wallet.sync(chain.source())
    expect(chain.mempool.map(tx => tx.txid)).toEqual([txid, second])
    chain.mine()
    await wallet.sync(chain.source())
    expect(wallet.history().slice(0, 2)).toMatchObject([{ confirmations: 1 }, { confirmations: 1 }])
  })

  test('is not thought refused when nobody answers', async () => {
    const chain = new TestChain()
    const { wallet } = await richWallet(chain)
    await pay(wallet, chain.source(), { to: stranger, amount: COIN })
    chain.mempool = []
    const deaf = chain.source({ broadcast: () => Promise.reject(new Error('connection lost')) })
    await expect(wallet.sync(deaf)).rejects.toThrow('connection lost')
    expect(wallet.history()).toHaveLength(2)
  })

  test('waits again after a reorganisation', async () => {
    const chain = new TestChain()
    const { wallet } = await richWallet(chain)
    await pay(wallet, chain.source(), { to: stranger, amount: COIN })
    const { height } = chain.tip
    chain.mine()
    await wallet.sync(chain.source())
    chain.cutTo(height)
    chain.mineMany(2)
    await wallet.sync(chain.source())
    expect(wallet.history()[0]).toMatchObject({ category: 'send', height: undefined })
    expect(chain.mempool).toHaveLength(1)
  })

  test('gives way to another one that a block confirms', async () => {
    const chain = new TestChain()
    const { wallet, words } = await richWallet(chain)
    const copy = await newWallet({ words })
    await copy.wallet.sync(chain.source())
    const lost = await pay(wallet, chain.source(), { to: stranger, amount: COIN })
    chain.mempool = []
    const won = await pay(copy.wallet, chain.source(), { to: stranger, amount: 2n * COIN })
    chain.mine()
    await wallet.sync(chain.source())
    expect(wallet.history().map(({ txid }) => txid)).not.toContain(lost)
    expect(wallet.history()[0]?.txid).toBe(won)
    await copy.wallet.sync(chain.source())
    expect(wallet.balance()).toEqual(copy.wallet.balance())
  })
})

describe('unconfirmed money', () => {
  test('of others cannot be spent', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    chain.mempool.push(payment(scriptOf(await wallet.newAddress()), COIN))
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: 0n, untrustedPending: COIN, immature: 0n })
    const poor = (): unknown => wallet.plan({ script: stranger, amount: COIN / 2n, feeRate: 1000n })
    expect(poor).toThrow(expect.objectContaining({ code: 'funds' }))
    expect(poor).toThrow(WalletError)
    chain.mine()
    await wallet.sync(chain.source())
    expect(poor).not.toThrow()
  })

  test('of the wallet’s own is trusted only where all that it comes from is', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    const foreign = payment(scriptOf(await wallet.newAddress()), 5n * COIN)
    chain.mine()
    chain.mine({ transactions: [foreign] })
    await wallet.sync(chain.source())
    await pay(wallet, chain.source(), { to: stranger, amount: COIN })
    const change = wallet.balance().trusted
    expect(change).toBeGreaterThan(3n * COIN)
    // The block that confirmed the other's payment is undone: the other can still take it back, and our change with it.
    chain.cutTo(1)
    chain.mineMany(2, { transactions: [] })
    chain.mempool.push(foreign)
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: 0n, untrustedPending: change, immature: 0n })
    chain.mine({ transactions: [foreign] })
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: change, untrustedPending: 0n, immature: 0n })
  })
})
