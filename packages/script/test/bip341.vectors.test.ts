import { expect, test } from '@jest/globals'
import { schnorr } from '@noble/secp256k1'
import {
  concatBytes,
  decodeTransaction,
  fromHex,
  nobleCurve,
  scriptToAddress,
  type TxOut,
  taggedHasher,
  toHex,
} from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { CONSENSUS_FLAGS } from '../src/flags.js'
import { tapBranchHash, tapLeafHash, tapTweakHash } from '../src/interpreter/taproot.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { signatureHashTaproot } from '../src/sighash/taproot.js'
import { p2trScript } from '../src/templates/scripts.js'
import { tweakKey, tweakPrivateKey } from './support/tap-key.js'

const FILE = 'script/bip341_wallet_vectors.json'

interface Leaf {
  readonly id: number
  readonly script: string
  readonly leafVersion: number
}
type Tree = Leaf | readonly [Tree, Tree]

interface Output {
  readonly given: { readonly internalPubkey: string; readonly scriptTree: Tree | null }
  readonly intermediary: {
    readonly leafHashes?: readonly string[]
    readonly merkleRoot: string | null
    readonly tweak: string
    readonly tweakedPubkey: string
  }
  readonly expected: {
    readonly scriptPubKey: string
    readonly bip350Address: string
    readonly scriptPathControlBlocks?: readonly string[]
  }
}

interface Spending {
  readonly given: {
    readonly rawUnsignedTx: string
    readonly utxosSpent: readonly { readonly scriptPubKey: string; readonly amountSats: number }[]
  }
  readonly intermediary: Readonly<Record<string, string>>
  readonly inputSpending: readonly {
    readonly given: {
      readonly txinIndex: number
      readonly internalPrivkey: string
      readonly merkleRoot: string | null
      readonly hashType: number
    }
    readonly intermediary: {
      readonly internalPubkey: string
      readonly tweak: string
      readonly tweakedPrivkey: string
      readonly sigMsg: string
      readonly sigHash: string
    }
    readonly expected: { readonly witness: readonly string[] }
  }[]
  readonly auxiliary: { readonly fullySignedTx: string }
}

/** Bitcoin's. */
const versions = { pubkeyHash: 0, scriptHash: 5, hrp: 'bc' }
const tapSighash = taggedHasher('TapSighash')

const isLeaf = (tree: Tree): tree is Leaf => 'script' in tree

/** The root of a tree, and of each leaf the hash and the nodes on its way up. */
interface Grown {
  readonly root: Uint8Array
  readonly leaves: readonly { readonly leaf: Leaf; readonly hash: Uint8Array; readonly path: readonly Uint8Array[] }[]
}

function grow(tree: Tree): Grown {
  if (isLeaf(tree)) {
    const root = tapLeafHash(tree.leafVersion, fromHex(tree.script))
    return { root, leaves: [{ leaf: tree, hash: root, path: [] }] }
  }
  const [left, right] = [grow(tree[0]), grow(tree[1])]
  const under = (half: Grown, sibling: Grown): Grown['leaves'] =>
    half.leaves.map(entry => ({ ...entry, path: [...entry.path, sibling.root] }))
  return { root: tapBranchHash(left.root, right.root), leaves: [...under(left, right), ...under(right, left)] }
}

vectorSuite(FILE, count => {
  const { scriptPubKey, keyPathSpending } = readVectors<{
    readonly scriptPubKey: readonly Output[]
    readonly keyPathSpending: readonly Spending[]
  }>(FILE)

  test('output keys, scripts, addresses and control blocks', () => {
    for (const { given, intermediary, expected } of scriptPubKey) {
      count.ran()
      const internal = fromHex(given.internalPubkey)
      const grown = given.scriptTree ? grow(given.scriptTree) : undefined
      const tweak = tapTweakHash(internal, grown?.root)
      const { key, parity } = tweakKey(internal, tweak)
      const script = p2trScript(key)
      const byId = grown?.leaves.toSorted((a, b) => a.leaf.id - b.leaf.id)
      expect({
        leafHashes: byId?.map(({ hash }) => toHex(hash)),
        merkleRoot: grown ? toHex(grown.root) : null,
        tweak: toHex(tweak),
        tweakedPubkey: toHex(key),
        scriptPubKey: toHex(script),
        bip350Address: scriptToAddress(script, versions),
        scriptPathControlBlocks: byId?.map(({ leaf, path }) =>
          toHex(concatBytes(Uint8Array.of(leaf.leafVersion | parity), internal, ...path)),
        ),
      }).toEqual({ leafHashes: undefined, scriptPathControlBlocks: undefined, ...intermediary, ...expected })
      expect(nobleCurve.checkTapTweak(internal, tweak, key, parity)).toBe(true)
    }
  })

  const contextOf = (hex: string, { utxosSpent }: Spending['given']) => {
    const spent = utxosSpent.map(
      ({ amountSats, scriptPubKey }): TxOut => ({ value: BigInt(amountSats), script: fromHex(scriptPubKey) }),
    )
    return createSpendContext(decodeTransaction(fromHex(hex)), spent)
  }

  test('keys, messages and signatures of key path spends', () => {
    for (const { given, intermediary: common, inputSpending } of keyPathSpending) {
      const spend = contextOf(given.rawUnsignedTx, given)
      const { shared } = spend
      expect({
        hashAmounts: toHex(shared.amountsHash),
        hashOutputs: toHex(shared.outputsHash),
        hashPrevouts: toHex(shared.prevoutsHash),
        hashScriptPubkeys: toHex(shared.scriptsHash),
        hashSequences: toHex(shared.sequencesHash),
      }).toEqual(common)
      for (const { given: input, intermediary, expected } of inputSpending) {
        count.ran()
        const privateKey = fromHex(input.internalPrivkey)
        const internal = schnorr.getPublicKey(privateKey)
        const tweak = tapTweakHash(internal, input.merkleRoot === null ? undefined : fromHex(input.merkleRoot))
        const tweaked = tweakPrivateKey(privateKey, tweak)
        const digest = signatureHashTaproot(spend, input.txinIndex, input.hashType) as Uint8Array
        expect({
          internalPubkey: toHex(internal),
          tweak: toHex(tweak),
          tweakedPrivkey: toHex(tweaked),
          sigHash: toHex(digest),
          ofMessage: toHex(tapSighash(fromHex(intermediary.sigMsg))),
        }).toMatchObject({
          internalPubkey: intermediary.internalPubkey,
          tweak: intermediary.tweak,
          tweakedPrivkey: intermediary.tweakedPrivkey,
          sigHash: intermediary.sigHash,
          ofMessage: intermediary.sigHash,
        })
        const signature = toHex(schnorr.sign(digest, tweaked, new Uint8Array(32)))
        const hashType = input.hashType === 0 ? '' : toHex(Uint8Array.of(input.hashType))
        expect([signature + hashType]).toEqual(expected.witness)
      }
    }
  })

  test('the transaction with these signatures verifies', () => {
    for (const { given, inputSpending, auxiliary } of keyPathSpending) {
      const spend = contextOf(auxiliary.fullySignedTx, given)
      for (const { given: input, expected } of inputSpending)
        expect(spend.tx.inputs[input.txinIndex]?.witness.map(toHex)).toEqual(expected.witness)
      const errors = spend.tx.inputs.map((_, i) => verifyInput(spend, i, CONSENSUS_FLAGS, nobleCurve))
      expect(errors).toEqual(spend.tx.inputs.map(() => undefined))
    }
  })
})
