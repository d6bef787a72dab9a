import { describe, expect, test } from '@jest/globals'
import { fromHex, toHex } from '@raistone/primitives'
import { entropyOf, seedOf } from '../src/keys/words.js'
import { recordFromText, recordToText } from '../src/store/record.js'
import { isSealed, seal, sealCost, unseal } from '../src/store/seal.js'
import { memoryWalletStore } from '../src/store/wallet-store.js'
import { Wallet } from '../src/wallet.js'
import { params } from './support/test-chain.js'
import { cheap, newWallet, reopen } from './support/wallets.js'

const secret = Uint8Array.from({ length: 16 }, (_, i) => i)

describe('a sealed secret', () => {
  test('opens under its passphrase only, however that is composed', async () => {
    const sealed = await seal(secret, 'caf\u00e9 \u212b', cheap)
    expect(await unseal(sealed, 'cafe\u0301 \u00c5')).toEqual(secret)
    for (const wrong of ['', 'cafe \u00c5', 'caf\u00e9 \u212b ', 'CAF\u00c9 \u212b'])
      await expect(unseal(sealed, wrong)).rejects.toMatchObject({ code: 'passphrase', message: 'wrong passphrase' })
  })

  test('is another one each time, and costs real memory unless told otherwise', async () => {
    const [a, b] = [await seal(secret, 'x', cheap), await seal(secret, 'x', cheap)]
    expect(new Set([a.salt, b.salt]).size + new Set([a.nonce, b.nonce]).size + new Set([a.box, b.box]).size).toBe(6)
    expect(128 * sealCost.n * sealCost.r).toBe(64 * 2 ** 20)
  })

  test('is refused with any bit of any byte changed', async () => {
    const sealed = await seal(secret, 'x', cheap)
    for (const part of ['salt', 'nonce', 'box'] as const) {
      const bytes = fromHex(sealed[part])
      for (let i = 0; i < bytes.length; i++) {
        const changed = Uint8Array.from(bytes)
        changed[i] = (changed[i] as number) ^ (1 << (i % 8))
        await expect(unseal({ ...sealed, [part]: toHex(changed) }, 'x')).rejects.toMatchObject({ code: 'passphrase' })
      }
      await expect(unseal({ ...sealed, [part]: sealed[part].slice(2) }, 'x')).rejects.toMatchObject({
        name: 'WalletError',
      })
    }
    expect(await unseal(sealed, 'x')).toEqual(secret)
  })

  test('asks for no more work than a machine can do', async () => {
    const sealed = await seal(secret, 'x', cheap)
    for (const change of [{ n: 2 ** 24 }, { n: 3 }, { n: 0 }, { r: 2 ** 30 }, { r: 0.5 }, { p: 17 }, { salt: 'zz' }])
      await expect(unseal({ ...sealed, ...change }, 'x')).rejects.toMatchObject({ code: 'damaged' })
    expect(isSealed({ ...sealed, n: 2 ** 20, r: 8 })).toBe(true)
    expect(isSealed({ ...sealed, n: 2 ** 21, r: 8 })).toBe(false)
    for (const other of [null, undefined, 'x', {}, { ...sealed, open: 1 }]) expect(isSealed(other)).toBe(false)
  })
})

describe('a record', () => {
  const textOf = async (): Promise<{ text: string; words: string }> => {
    const made = await newWallet({ passphrase: 'correct horse' })
    await made.wallet.newAddress()
    return { text: (await made.store.read()) as string, words: made.words }
  }

  test('holds no secret in the clear', async () => {
    const { text, words } = await textOf()
    const entropy = entropyOf(words)
    const hidden = ['correct horse', words, toHex(entropy), toHex(await seedOf(entropy)), 'prv']
    for (const each of hidden) expect(text).not.toContain(each)
    const list = words.split(' ')
    for (let i = 1; i < list.length; i++) expect(text).not.toContain(list.slice(i - 1, i + 1).join(' '))
  })

  test('is refused with any byte changed, and cut short anywhere', async () => {
    const { text } = await textOf()
    const whole = text.trimEnd()
    for (let i = 0; i < whole.length; i++) {
      const changed = whole.slice(0, i) + String.fromCharCode(whole.charCodeAt(i) ^ 1) + whole.slice(i + 1)
      expect(() => recordFromText(changed)).toThrow(expect.objectContaining({ code: 'damaged' }))
      expect(() => recordFromText(whole.slice(0, i))).toThrow(expect.objectContaining({ code: 'damaged' }))
    }
    expect(recordToText(recordFromText(text))).toBe(text)
  })

  test('of another format says which', async () => {
    const { text } = await textOf()
    expect(() => recordFromText(text.replace('"format":2', '"format":3'))).toThrow('has format 3; this version reads')
  })

  test('of another chain is refused', async () => {
    const made = await newWallet()
    const other = { ...params, networkHash: 'f'.repeat(64), networkId: 'f'.repeat(16) }
    await expect(Wallet.open(made.store, other)).rejects.toMatchObject({ code: 'other-chain' })
    await expect(Wallet.open(memoryWalletStore(), params)).rejects.toMatchObject({ code: 'missing' })
    expect((await reopen(made)).isUnprotected).toBe(true)
  })
})
