import { describe, expect, test } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { testKey } from '@raistone/testkit'
import { COIN, params, payment, scriptOf, TestChain } from './support/test-chain.js'
import { NOW_SEC, newWallet, pay, reopen, richWallet } from './support/wallets.js'

const stranger = testKey(7).scripts.p2wpkh

describe('blocks', () => {
  test('are looked through from the birthday on, and only once', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet({ birthday: 3 })
    const address = scriptOf(await wallet.newAddress())
    chain.mine({ transactions: [payment(address, COIN)] })
    chain.mine()
    chain.mine({ transactions: [payment(address, 2n * COIN)] })
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(2n * COIN)
    expect(chain.asked).toEqual([chain.blocks[3]?.hash])

    chain.mine({ transactions: [payment(scriptOf(await wallet.newAddress('wpkh')), 4n * COIN)] })
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(6n * COIN)
    expect(chain.asked).toEqual([chain.blocks[3]?.hash, chain.blocks[4]?.hash])
    expect(wallet.syncedTo).toBe(4)
  })

  test('below the birthday are looked at where the chain is shorter, or another one', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet({ birthday: 50 })
    const address = scriptOf(await wallet.newAddress())
    chain.mine({ transactions: [payment(address, COIN)] })
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(COIN)

    const other = new TestChain()
    other.mine({ extraNonce: 99 })
    const made = await newWallet({ birthday: 1 })
    await made.wallet.sync(chain.source())
    other.mine({ transactions: [payment(scriptOf(await made.wallet.newAddress()), COIN)] })
    await made.wallet.sync(other.source())
    expect(made.wallet.balance().trusted).toBe(COIN)
    expect(other.asked).toContain(params.genesis.hash)
  })

  test('of a reorganisation take coinbases with them, and payments wait again', async () => {
    const chain = new TestChain()
    const made = await newWallet()
    const { wallet } = made
    const address = scriptOf(await wallet.newAddress())
    chain.mineMany(2)
    const paid = payment(address, 3n * COIN)
    const gone = payment(address, 5n * COIN)
    chain.mine({ payTo: address, transactions: [paid, gone] })
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: 8n * COIN, untrustedPending: 0n, immature: 50n * COIN })

    chain.cutTo(2)
    chain.mineMany(2, { transactions: [] })
    chain.mempool = [paid]
    const reopened = await reopen(made)
    await reopened.sync(chain.source())
    expect(reopened.balance()).toEqual({ trusted: 0n, untrustedPending: 3n * COIN, immature: 0n })
    expect(reopened.history()).toMatchObject([{ txid: paid.txid, height: undefined, confirmations: 0 }])

    chain.mine()
    await reopened.sync(chain.source())
    expect(reopened.balance()).toEqual({ trusted: 3n * COIN, untrustedPending: 0n, immature: 0n })
    expect(reopened.history()).toMatchObject([{ txid: paid.txid, height: 5, confirmations: 1 }])
  })

  test('of a reorganisation deeper than what is remembered one by one are found as well', async () => {
    const chain = new TestChain()
    const made = await newWallet()
    const { wallet } = made
    const address = scriptOf(await wallet.newAddress())
    chain.mineMany(120)
    chain.mine({ transactions: [payment(address, COIN)] })
    chain.mineMany(230)
    await wallet.sync(chain.source())
    chain.cutTo(119)
    chain.mine({ transactions: [payment(address, 2n * COIN)] })
    chain.mineMany(240)
    chain.asked.length = 0
    await (await reopen(made)).sync(chain.source())
    const after = await reopen(made)
    expect(after.balance().trusted).toBe(2n * COIN)
    expect(chain.asked).not.toContain(chain.blocks[100]?.hash)
    expect(chain.asked).toContain(chain.blocks[101]?.hash)
  })

  test('that change while they are read leave nothing of the old branch', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    const address = scriptOf(await wallet.newAddress())
    chain.mine({ transactions: [payment(address, COIN)] })
    await wallet.sync(chain.source())
    chain.mine({ transactions: [payment(address, 2n * COIN)] })
    // The wallet has just asked whether block 1 is still there when the chain is replaced.
    let replaced = false
    const source = chain.source({
      hashAt: async height => {
        const hash = chain.blocks[height]?.hash
        if (height === 1 && !replaced) {
          replaced = true
          chain.cutTo(0)
          chain.mineMany(3)
        }
        return hash
      },
    })
    await wallet.sync(source)
    expect(wallet.balance().trusted).toBe(0n)
    expect(wallet.syncedTo).toBe(3)
  })
})

describe('what waits', () => {
  test('by others is pending, in whatever order it is told, and is forgotten when it is gone', async () => {
    const chain = new TestChain()
    const made = await richWallet(chain)
    const { wallet, words } = made
    const copy = await newWallet({ words })
    await copy.wallet.sync(chain.source())
    const script = scriptOf(await wallet.newAddress())
    await pay(wallet, chain.source(), { to: script, amount: 10n * COIN })
    await pay(wallet, chain.source(), { to: stranger, amount: 45n * COIN })
    chain.mempool.push(payment(script, COIN))
    chain.mempool.reverse()
    await copy.wallet.sync(chain.source())
    expect(copy.wallet.balance()).toEqual({ ...wallet.balance(), untrustedPending: COIN })
    expect(copy.wallet.history().filter(({ category }) => category === 'send')).toHaveLength(2)
    chain.mempool = []
    await copy.wallet.sync(chain.source())
    expect(copy.wallet.balance()).toEqual({ trusted: 50n * COIN, untrustedPending: 0n, immature: 0n })
  })

  test('and is mined between two questions is not forgotten', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    chain.mempool.push(payment(scriptOf(await wallet.newAddress()), COIN))
    await wallet.sync(chain.source())
    let mined = false
    const source = chain.source({
      mempool: async () => {
        if (!mined) chain.mine()
        mined = true
        return chain.mempool.map(({ raw }) => raw)
      },
    })
    await wallet.sync(source)
    expect(wallet.balance()).toEqual({ trusted: COIN, untrustedPending: 0n, immature: 0n })
  })

  test('keeps the time it was first seen at, then has its block’s', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    chain.mempool.push(payment(scriptOf(await wallet.newAddress()), COIN))
    await wallet.sync(chain.source())
    expect(wallet.history()[0]?.timeSec).toBe(NOW_SEC)
    const { header } = chain.mine()
    await wallet.sync(chain.source())
    expect(wallet.history()[0]?.timeSec).toBe(header.time)
  })
})

describe('a coinbase', () => {
  test('can be spent one block later than the rules ask for', async () => {
    const chain = new TestChain()
    const { wallet } = await newWallet()
    chain.mine({ payTo: scriptOf(await wallet.newAddress()) })
    chain.mineMany(params.coinbaseMaturity - 1)
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: 0n, untrustedPending: 0n, immature: 50n * COIN })
    expect(wallet.history()).toMatchObject([{ category: 'immature', confirmations: params.coinbaseMaturity }])
    expect(() => wallet.plan({ script: stranger, amount: COIN, feeRate: 1000n })).toThrow('not enough money')
    chain.mine()
    await wallet.sync(chain.source())
    expect(wallet.balance()).toEqual({ trusted: 50n * COIN, untrustedPending: 0n, immature: 0n })
    expect(wallet.history()).toMatchObject([{ category: 'generate', amount: 50n * COIN, fee: undefined }])
  })
})

describe('a source that', () => {
  const rich = async () => {
    const chain = new TestChain()
    const made = await newWallet()
    const script = scriptOf(await made.wallet.newAddress())
    chain.mine({ transactions: [payment(script, COIN)] })
    await made.wallet.sync(chain.source())
    for (let i = 0; i < 2; i++) chain.mine({ transactions: [payment(script, 2n * COIN)] })
    return { chain, script, ...made }
  }

  const raw = ({ raw }: Block): Uint8Array => raw

  test.each<[string, (chain: TestChain, script: Uint8Array) => Uint8Array[]]>([
    ['gives another block', chain => [raw(chain.blocks[3] as Block), raw(chain.blocks[2] as Block)]],
    [
      'makes transactions up',
      (chain, script) => {
        const [first, ...rest] = chain.blocks.slice(2).map(raw) as [Uint8Array, ...Uint8Array[]]
        const forged = new TestChain().mine({ transactions: [payment(script, 99n * COIN)] })
        return [Uint8Array.from([...first.subarray(0, 80), ...forged.raw.subarray(80)]), ...rest]
      },
    ],
    [
      'gives a rival block',
      (chain, script) => {
        const real = [...chain.blocks]
        chain.cutTo(2)
        const rival = chain.mine({ transactions: [payment(script, 99n * COIN)] })
        chain.blocks.splice(0, chain.blocks.length, ...real)
        return [raw(chain.blocks[2] as Block), raw(rival)]
      },
    ],
    ['gives garbage', () => [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]],
    ['gives too little', chain => [raw(chain.blocks[2] as Block)]],
  ])('%s is found out, and an honest one is believed afterwards', async (_what, answer) => {
    const { chain, wallet, script, ...made } = await rich()
    const lies = chain.source({ blocks: async () => answer(chain, script) })
    await expect(wallet.sync(lies)).rejects.toMatchObject({ name: 'WalletError', code: 'source' })
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(5n * COIN)
    expect((await reopen({ ...made, wallet })).balance().trusted).toBe(5n * COIN)
  })

  test('never agrees with itself is given up', async () => {
    const { chain, wallet } = await rich()
    await expect(wallet.sync(chain.source({ hashAt: async () => undefined }))).rejects.toMatchObject({ code: 'source' })
    await wallet.sync(chain.source())
    expect(wallet.balance().trusted).toBe(5n * COIN)
  })

  test('stops in the middle is followed from there by the next process', async () => {
    const chain = new TestChain()
    const made = await newWallet()
    const script = scriptOf(await made.wallet.newAddress())
    chain.mine({ transactions: [payment(script, COIN)] })
    chain.mineMany(98)
    chain.mine({ transactions: [payment(script, 2n * COIN)] })
    let left = 2
    const honest = chain.source()
    const stops = chain.source({
      blocks: async hashes => {
        if (left-- === 0) throw new Error('connection lost')
        return honest.blocks(hashes)
      },
    })
    await expect(made.wallet.sync(stops)).rejects.toThrow('connection lost')
    const read = chain.asked.length
    expect(read).toBeGreaterThan(0)
    const next = await reopen(made)
    await next.sync(chain.source())
    expect(next.balance().trusted).toBe(3n * COIN)
    expect(chain.asked).toHaveLength(chain.blocks.length)
  })

  test('makes up a waiting payment cannot take away what is confirmed or what the wallet sent', async () => {
    const chain = new TestChain()
    const { wallet, words } = await richWallet(chain, 2)
    await pay(wallet, chain.source(), { to: stranger, amount: COIN })
    chain.mine()
    const txid = await pay(wallet, chain.source(), { to: stranger, amount: 60n * COIN })
    const before = wallet.balance()
    // Another wallet with the same keys spends the same coins, in a way that never was in any mempool.
    const copy = await newWallet({ words })
    await copy.wallet.sync(chain.source({ mempool: async () => [] }))
    const rival = await copy.wallet.sign(copy.wallet.plan({ script: stranger, amount: 90n * COIN, feeRate: 1000n }), '')
    await wallet.sync(chain.source({ mempool: async () => [rival.tx.raw] }))
    expect(wallet.balance()).toEqual(before)
    expect(wallet.history()[0]?.txid).toBe(txid)
  })
})
