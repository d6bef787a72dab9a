import { concatBytes } from '@raistone/primitives'
import {
  ANNEX_TAG,
  annexHash,
  NO_SEPARATOR,
  opcode,
  p2trScript,
  pushData,
  pushNumber,
  signatureHashTaproot,
  TAPSCRIPT_LEAF_VERSION,
  tapBranchHash,
  tapLeafHash,
  tapTweakHash,
} from '@raistone/script'
import type { Draw } from './draw.js'
import { drawPair, type LockKind, type Signing } from './lock.js'
import { drawScalar, mod, toNumber } from './numbers.js'
import { evenSecret, type LongKey, parityOf, publicKeyOf, signSchnorr, xOf } from './signer.js'

const checkSig = (key: Uint8Array): Uint8Array => concatBytes(pushData(key), Uint8Array.of(opcode.OP_CHECKSIG))

/** An output key from an internal one and the root of a script tree. */
interface Tweaked {
  readonly secret: bigint
  readonly outputKey: LongKey
  readonly internalKey: Uint8Array
}

function drawTweaked(draw: Draw, root: Uint8Array | undefined): Tweaked {
  const internal = evenSecret(drawScalar(draw))
  const internalKey = xOf(publicKeyOf(internal))
  const secret = mod(internal + toNumber(tapTweakHash(internalKey, root)))
  return { secret, internalKey, outputKey: publicKeyOf(secret) }
}

/** BIP-0341 has signatures commit to it; now and then there is one. */
const drawAnnex = (draw: Draw): readonly Uint8Array[] =>
  draw.onceIn(5) ? [concatBytes(Uint8Array.of(ANNEX_TAG), draw.bytes(draw.below(40)))] : []

interface Signed {
  readonly annex: readonly Uint8Array[]
  readonly leafHash?: Uint8Array
}

function schnorrItem(signing: Signing, secret: bigint, { annex: [annex], leafHash }: Signed): Uint8Array {
  const { spend, index, hashType, draw } = signing
  const position = leafHash && { leafHash, separator: NO_SEPARATOR }
  const digest = signatureHashTaproot(spend, index, hashType, annex && annexHash(annex), position) as Uint8Array
  const signature = signSchnorr(digest, secret, drawScalar(draw))
  return hashType === 0 ? signature : concatBytes(signature, Uint8Array.of(hashType))
}

/** One to three x-only keys, all of which must sign. */
function tapscriptOf(keys: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = keys as [Uint8Array, ...Uint8Array[]]
  if (others.length === 0) return checkSig(first)
  const adds = others.map(key => concatBytes(pushData(key), Uint8Array.of(opcode.OP_CHECKSIGADD)))
  return concatBytes(checkSig(first), ...adds, pushNumber(keys.length), Uint8Array.of(opcode.OP_NUMEQUAL))
}

/** BIP-0341 by key, BIP-0342 by script. */
export const taprootLocks: readonly LockKind[] = [
  {
    name: 'p2tr by key',
    make(draw) {
      const { secret, outputKey } = drawTweaked(draw, draw.onceIn(2) ? draw.bytes(32) : undefined)
      return {
        script: p2trScript(xOf(outputKey)),
        taproot: true,
        unlock(signing) {
          const annex = drawAnnex(signing.draw)
          return { items: [schnorrItem(signing, secret, { annex }), ...annex], carrier: 'witness' }
        },
      }
    },
  },
  {
    name: 'p2tr by script',
    make(draw) {
      const pairs = Array.from({ length: 1 + draw.below(3) }, () => drawPair(draw))
      const script = tapscriptOf(pairs.map(({ key }) => xOf(key)))
      const leafHash = tapLeafHash(TAPSCRIPT_LEAF_VERSION, script)
      const path = Array.from({ length: draw.below(4) }, () => draw.bytes(32))
      const { internalKey, outputKey } = drawTweaked(draw, path.reduce(tapBranchHash, leafHash))
      const control = concatBytes(Uint8Array.of(TAPSCRIPT_LEAF_VERSION + parityOf(outputKey)), internalKey, ...path)
      return {
        script: p2trScript(xOf(outputKey)),
        taproot: true,
        unlock(signing) {
          const annex = drawAnnex(signing.draw)
          const signatures = pairs.map(({ secret }) => schnorrItem(signing, secret, { annex, leafHash })).reverse()
          return { items: [...signatures, script, control, ...annex], carrier: 'witness' }
        },
      }
    },
  },
]
