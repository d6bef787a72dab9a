import { expect, test } from '@jest/globals'
import { testKey } from '@raistone/testkit'
import { Account, accountKey } from '../src/keys/account.js'
import { entropyOf, seedOf } from '../src/keys/words.js'
import { COIN, params, payment, scriptOf, TestChain } from './support/test-chain.js'
import { newWallet, pay, reopen, richWallet } from './support/wallets.js'

const stranger = testKey(7).scripts.p2wpkh

/** Scripts of a wallet's addresses, by another way than the wallet's own. */
async function scriptsOf(words: string, kind: 'tr' | 'wpkh' = 'tr'): Promise<(index: number) => Uint8Array> {
  const account = new Account(kind, accountKey(await seedOf(entropyOf(words)), kind, params.address), params.address)
  return index => account.script(0, index)
}

test('the words bring back all coins, change and history', async () => {
  const chain = new TestChain()
  const { wallet, words } = await richWallet(chain, 2)
  for (let i = 0; i < 3; i++) {
    await pay(wallet, chain.source(), { to: stranger, amount: 7n * COIN })
    chain.mine()
  }
  chain.mempool.push(payment(scriptOf(await wallet.newAddress('wpkh')), 3n * COIN))
  await wallet.sync(chain.source())
  const { wallet: restored } = await newWallet({ words: `\n  ${words.toUpperCase().replaceAll(' ', '\t \n')} ` })
  await restored.sync(chain.source())
  expect(restored.balance()).toEqual(wallet.balance())
  expect(restored.history()).toEqual(wallet.history())
  expect(await restored.newAddress('wpkh')).toBe(await wallet.newAddress('wpkh'))
  // It can spend what it found.
  await pay(restored, chain.source(), { to: stranger, amount: 70n * COIN })
})

test.each(['tr', 'wpkh'] as const)('addresses (%s) after unused ones are found up to the gap', async kind => {
  const { words } = await newWallet()
  const at = await scriptsOf(words, kind)
  const chain = new TestChain()
  chain.mine({ transactions: [payment(at(19), COIN)] })
  chain.mine({ transactions: [payment(at(39), 2n * COIN)] })
  chain.mine({ transactions: [payment(at(80), 4n * COIN)] })
  const { wallet } = await newWallet({ words })
  await wallet.sync(chain.source())
  // 40 indexes were never used before the last one: nobody who follows BIP-0044 looks there.
  expect(wallet.balance().trusted).toBe(3n * COIN)
})

test('an address that was paid before the ones it follows is found too, with what was spent from it', async () => {
  const { words } = await newWallet()
  const at = await scriptsOf(words)
  const early = payment(at(45), COIN)
  const chain = new TestChain()
  chain.mine({ transactions: [early, payment(at(46), 2n * COIN)] })
  chain.mineMany(3)
  chain.mine({ transactions: [payment(at(30), 4n * COIN)] })
  const made = await newWallet({ words })
  const stops = chain.source({ mempool: () => Promise.reject(new Error('connection lost')) })
  await expect(made.wallet.sync(stops)).rejects.toThrow('connection lost')
  const next = await reopen(made)
  await next.sync(chain.source())
  expect(next.balance().trusted).toBe(7n * COIN)
})

test('a search that was cut short goes on in the next process', async () => {
  const { words } = await newWallet()
  const at = await scriptsOf(words)
  const chain = new TestChain()
  chain.mine({ transactions: [payment(at(45), COIN)] })
  chain.mine({ transactions: [payment(at(30), 4n * COIN)] })
  chain.mineMany(60)
  const made = await newWallet({ words })
  let left = 1
  const honest = chain.source()
  const stops = chain.source({
    blocks: hashes => (left-- > 0 ? honest.blocks(hashes) : Promise.reject(new Error('connection lost'))),
  })
  await expect(made.wallet.sync(stops)).rejects.toThrow('connection lost')
  const next = await reopen(made)
  expect(next.balance().trusted).toBe(4n * COIN)
  await next.sync(chain.source())
  expect(next.balance().trusted).toBe(5n * COIN)
})

test('an own address beyond the gap, given out by this wallet, costs no second search', async () => {
  const chain = new TestChain()
  const { wallet } = await newWallet()
  chain.mineMany(2)
  let last = ''
  for (let i = 0; i < 30; i++) last = await wallet.newAddress()
  await wallet.sync(chain.source())
  chain.mine({ transactions: [payment(scriptOf(last), COIN)] })
  await wallet.sync(chain.source())
  expect(wallet.balance().trusted).toBe(COIN)
  expect(chain.asked).toHaveLength(chain.blocks.length)
})
