import { expect, test } from '@jest/globals'
import { decodeTransaction, emptyBytes, fromHex, toDisplayHex, toHex } from '@raistone/primitives'
import { tapBranchHash, tapLeafHash, tapTweakHash } from '../src/interpreter/taproot.js'
import { signatureHashLegacy } from '../src/sighash/legacy.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { signatureHashTaproot } from '../src/sighash/taproot.js'
import { p2trScript } from '../src/templates/scripts.js'
import { tweakKey } from './support/tap-key.js'
import { casesOf, readVectors, vectorSuite } from './support/vectors.js'

vectorSuite('legacy signature hashes', () => {
  test('sighash.json', () => {
    const rows = casesOf(readVectors('script/sighash.json')) as [string, string, number, number, string][]
    const wrong = rows.filter(([hex, script, index, hashType, wanted]) => {
      const tx = decodeTransaction(fromHex(hex))
      const spend = createSpendContext(
        tx,
        tx.inputs.map(() => ({ value: 0n, script: emptyBytes })),
      )
      return toDisplayHex(signatureHashLegacy(spend, index, fromHex(script), hashType)) !== wanted
    })
    expect(wrong).toEqual([])
    expect(rows.length).toBeGreaterThan(370)
  })
})

interface Leaf {
  readonly id: number
  readonly script: string
  readonly leafVersion: number
}
type Tree = Leaf | readonly [Tree, Tree]

interface WalletVectors {
  readonly scriptPubKey: readonly {
    readonly given: { readonly internalPubkey: string; readonly scriptTree: Tree | null }
    readonly intermediary: {
      readonly merkleRoot: string | null
      readonly tweak: string
      readonly tweakedPubkey: string
    }
    readonly expected: { readonly scriptPubKey: string }
  }[]
  readonly keyPathSpending: readonly {
    readonly given: {
      readonly rawUnsignedTx: string
      readonly utxosSpent: readonly { readonly scriptPubKey: string; readonly amountSats: number }[]
    }
    readonly inputSpending: readonly {
      readonly given: { readonly txinIndex: number; readonly hashType: number }
      readonly intermediary: { readonly sigHash: string }
    }[]
  }[]
}

const isLeaf = (tree: Tree): tree is Leaf => 'script' in tree

const rootOf = (tree: Tree): Uint8Array =>
  isLeaf(tree) ? tapLeafHash(tree.leafVersion, fromHex(tree.script)) : tapBranchHash(rootOf(tree[0]), rootOf(tree[1]))

vectorSuite('BIP-0341 wallet vectors', () => {
  const vectors = readVectors<WalletVectors>('script/bip341_wallet_vectors.json')

  test('output keys and scripts', () => {
    for (const { given, intermediary, expected } of vectors.scriptPubKey) {
      const internal = fromHex(given.internalPubkey)
      const root = given.scriptTree ? rootOf(given.scriptTree) : undefined
      expect(root ? toHex(root) : null).toBe(intermediary.merkleRoot)
      const tweak = tapTweakHash(internal, root)
      expect(toHex(tweak)).toBe(intermediary.tweak)
      const { key } = tweakKey(internal, tweak)
      expect(toHex(key)).toBe(intermediary.tweakedPubkey)
      expect(toHex(p2trScript(key))).toBe(expected.scriptPubKey)
    }
  })

  test('signature hashes of key path spends', () => {
    for (const { given, inputSpending } of vectors.keyPathSpending) {
      const tx = decodeTransaction(fromHex(given.rawUnsignedTx))
      const spent = given.utxosSpent.map(utxo => ({
        value: BigInt(utxo.amountSats),
        script: fromHex(utxo.scriptPubKey),
      }))
      const spend = createSpendContext(tx, spent)
      for (const { given: input, intermediary } of inputSpending) {
        const digest = signatureHashTaproot(spend, input.txinIndex, input.hashType)
        expect(digest && toHex(digest)).toBe(intermediary.sigHash)
      }
    }
  })
})
