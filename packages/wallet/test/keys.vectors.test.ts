import { expect, test } from '@jest/globals'
import type { AddressParams } from '@raistone/consensus/params'
import { fromHex, scriptToAddress, toHex } from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { describeVectors } from '@raistone/testkit/jest'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { Account, accountKey, type Branch, outputKeyOf, signingKeys } from '../src/keys/account.js'
import { childKeys, type PublicBranch } from '../src/keys/public-branch.js'
import { entropyOf, seedOf, wordsOf } from '../src/keys/words.js'

const bitcoin = { pubkeyHash: 0, scriptHash: 5, privateKey: 128, hrp: 'bc', coinType: 0 }
/** Versions of xpub and xprv, and of zpub and zprv (SLIP-0132). */
const xVersions: AddressParams = { ...bitcoin, extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 }
const zVersions: AddressParams = { ...bitcoin, extendedPublic: 0x04b24746, extendedPrivate: 0x04b2430c }

/** One line that says which cases do not apply, and how many they are. */
function reportSkipped(count: number, why: string): void {
  process.stderr.write(`skipped: ${count} cases: ${why}\n`)
}

interface Bip32 {
  readonly bip32: readonly {
    readonly seed: string
    readonly chains: readonly { readonly path: string; readonly xpub: string; readonly xprv: string }[]
  }[]
  readonly bip32_invalid: readonly (readonly [string, string])[]
  readonly bitcoinjs: object
}

describeVectors('wallet/bip32.json', () => {
  const vectors = (): Bip32 => readVectors<Bip32>('wallet/bip32.json')

  test('keys of every path, and our own public derivation where it applies', () => {
    for (const { seed, chains } of vectors().bip32) {
      const master = HDKey.fromMasterSeed(fromHex(seed))
      for (const [i, { path, xpub, xprv }] of chains.entries()) {
        const key = master.derive(path)
        expect([key.publicExtendedKey, key.privateExtendedKey]).toEqual([xpub, xprv])
        const index = /\/(\d+)$/.exec(path)?.[1]
        const parent = chains[i - 1]
        if (index === undefined || !parent) continue
        const branch = HDKey.fromExtendedKey(parent.xpub) as PublicBranch
        expect(toHex(childKeys(branch)(Number(index)))).toBe(toHex(key.publicKey as Uint8Array))
      }
    }
  })

  test('malformed extended keys are refused', () => {
    const { bip32_invalid, bitcoinjs } = vectors()
    for (const [text, reason] of bip32_invalid)
      expect({ reason, error: errorOf(() => HDKey.fromExtendedKey(text)) }).toEqual({
        reason,
        error: expect.any(Error),
      })
    reportSkipped(Object.keys(bitcoinjs).length, 'groups of fixtures of the interface of bitcoinjs')
  })
})

const errorOf = (attempt: () => unknown): unknown => {
  try {
    attempt()
  } catch (error) {
    return error
  }
  return undefined
}

type Sentence = readonly [string, string, string, string]

describeVectors('wallet/bip39.json', () => {
  test('entropy and words of the English list, and the keys that follow', () => {
    const { english = [], ...others } = readVectors<Record<string, readonly Sentence[]>>('wallet/bip39.json')
    for (const [entropy, words, seed, root] of english) {
      expect(wordsOf(fromHex(entropy))).toBe(words)
      expect(toHex(entropyOf(words))).toBe(entropy)
      // The wallet uses no passphrase here; the vectors always do.
      const bytes = mnemonicToSeedSync(words, 'TREZOR')
      expect([toHex(bytes), HDKey.fromMasterSeed(bytes).privateExtendedKey]).toEqual([seed, root])
    }
    reportSkipped(Object.values(others).flat().length, 'languages other than English')
  })
})

interface Block {
  readonly [name: string]: string
}

interface Table {
  readonly xpub: string
  readonly pathType: string
  readonly addresses: readonly { readonly path: string; readonly addressIndex: number; readonly address: string }[]
}

interface Accounts {
  readonly bip49: readonly Block[]
  readonly bip84: readonly Block[]
  readonly bip86: readonly Block[]
  readonly trezor_addresses: readonly Table[]
}

/** Branch and index of a comment such as `Account 0, first change address = m/86'/0'/0'/1/0`. */
function leafOf(comment = ''): readonly [Branch, number] | undefined {
  const [, branch, index] = /m\/\d+'\/\d+'\/\d+'\/([01])\/(\d+)$/.exec(comment) ?? []
  return index === undefined ? undefined : [Number(branch) as Branch, Number(index)]
}

describeVectors('wallet/bip49_84_86_accounts.json', () => {
  const vectors = (): Accounts => readVectors<Accounts>('wallet/bip49_84_86_accounts.json')

  test.each([
    ['bip84', 'wpkh', zVersions],
    ['bip86', 'tr', xVersions],
  ] as const)('%s: account, keys, scripts and addresses', async (name, kind, address) => {
    const [first, ...blocks] = vectors()[name] as [Block, ...Block[]]
    const seed = await seedOf(entropyOf(first.mnemonic as string))
    const extended = accountKey(seed, kind, address)
    const account = new Account(kind, extended, address)
    const keyOf = signingKeys(seed, address)
    for (const block of blocks) {
      const leaf = leafOf(block.comment)
      if (!leaf) {
        expect(extended).toBe(block.xpub)
        continue
      }
      const [branch, index] = leaf
      const script = account.script(branch, index)
      const { publicKey } = keyOf({ kind, branch, index })
      expect(scriptToAddress(script, address)).toBe(block.address)
      if (block.pubkey) expect(toHex(publicKey)).toBe(block.pubkey)
      if (block.internal_key) expect(toHex(publicKey.subarray(1))).toBe(block.internal_key)
      if (block.output_key) expect(toHex(outputKeyOf(publicKey))).toBe(block.output_key)
      if (block.scriptPubKey) expect(toHex(script)).toBe(block.scriptPubKey)
    }
  })

  test('address tables of a hardware wallet', () => {
    const { bip49, trezor_addresses } = vectors()
    const tables = trezor_addresses.filter(({ pathType }) => pathType === 'segwit')
    for (const { xpub, addresses } of tables) {
      const account = new Account('wpkh', xpub, zVersions)
      for (const { path, addressIndex, address } of addresses)
        expect(scriptToAddress(account.script(Number(path.split('/').at(-2)) as Branch, addressIndex), zVersions)).toBe(
          address,
        )
    }
    const skipped = trezor_addresses.length - tables.length
    reportSkipped(skipped + bip49.length, 'addresses of BIP-0044 and BIP-0049, which the wallet does not make yet')
  })
})
