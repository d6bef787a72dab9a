import { Point } from '@noble/secp256k1'
import {
  compactSizeLength,
  compareBytes,
  concatBytes,
  type TransactionBody,
  type TxOut,
  taggedHasher,
  toHex,
  Writer,
} from '@raistone/primitives'
import { annexHash, createSpendContext, NO_SEPARATOR, signatureHashTaproot } from '@raistone/script'
import type { TestKey } from './keys.js'
import { signSchnorr } from './signature.js'

const tapLeaf = taggedHasher('TapLeaf')
const tapBranch = taggedHasher('TapBranch')
const tapTweak = taggedHasher('TapTweak')

const TAPSCRIPT_LEAF = 0xc0

/** BIP-0341: an output with one script in its tree, and what proves that the script is there. */
export interface TapTree {
  readonly outputScript: Uint8Array
  readonly leaf: Uint8Array
  readonly leafHash: Uint8Array
  /** Leaf version and parity, internal key, path: the witness's last item. */
  readonly control: Uint8Array
}

function leafHashOf(version: number, script: Uint8Array): Uint8Array {
  const writer = new Writer(1 + compactSizeLength(script.length) + script.length)
  writer.u8(version)
  writer.compactSize(script.length)
  writer.raw(script)
  return tapLeaf(writer.bytes)
}

const branch = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  compareBytes(a, b) < 0 ? tapBranch(a, b) : tapBranch(b, a)

/** The 32 bytes of a key as BIP-0340 knows it. */
export const xOnly = (key: TestKey): Uint8Array => key.publicKey.subarray(1)

/** Internal key + tweak·G: x and the parity of y. Kept apart from the code under test. */
function tweaked(internal: Uint8Array, tweak: Uint8Array): { x: Uint8Array; parity: number } {
  const lifted = Point.fromBytes(concatBytes(Uint8Array.of(2), internal))
  const bytes = lifted.add(Point.BASE.multiply(BigInt(`0x${toHex(tweak)}`))).toBytes(true)
  return { x: bytes.subarray(1), parity: (bytes[0] as number) & 1 }
}

/** A tree with this leaf; `path` are the hashes beside the way from the leaf to the root. The key is the internal one. */
export function tapTree(
  key: TestKey,
  leaf: Uint8Array,
  { version = TAPSCRIPT_LEAF, path = [] }: { readonly version?: number; readonly path?: readonly Uint8Array[] } = {},
): TapTree {
  const leafHash = leafHashOf(version, leaf)
  const { x, parity } = tweaked(xOnly(key), tapTweak(xOnly(key), path.reduce(branch, leafHash)))
  return {
    outputScript: concatBytes(Uint8Array.of(0x51, 0x20), x),
    leaf,
    leafHash,
    control: concatBytes(Uint8Array.of(version | parity), xOnly(key), ...path),
  }
}

/** What a signature in a tapscript signs besides the transaction; `spent` has one output per input. */
export interface TapSigning {
  readonly tree: TapTree
  readonly spent: readonly TxOut[]
  /** DEFAULT if left out. */
  readonly hashType?: number
  readonly annex?: Uint8Array
}

/** The key's signature for a script that has no OP_CODESEPARATOR before it. */
export function signTapscript(tx: TransactionBody, index: number, key: TestKey, signing: TapSigning): Uint8Array {
  const { tree, spent, hashType = 0, annex } = signing
  const position = { leafHash: tree.leafHash, separator: NO_SEPARATOR }
  const context = createSpendContext(tx, spent)
  const digest = signatureHashTaproot(context, index, hashType, annex && annexHash(annex), position)
  if (!digest) throw new RangeError(`hash type ${hashType} signs nothing here`)
  return signSchnorr(digest, key.privateKey, hashType)
}
