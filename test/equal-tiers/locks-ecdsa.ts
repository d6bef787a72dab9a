import { concatBytes, encodeDer, hash160, sha256 } from '@raistone/primitives'
import {
  opcode,
  p2pkhScript,
  p2shScript,
  p2wpkhScript,
  p2wshScript,
  pushData,
  pushNumber,
  signatureHashLegacy,
  signatureHashV0,
} from '@raistone/script'
import type { Draw } from './draw.js'
import { drawForm } from './ecdsa-cases.js'
import { drawPair, type LockKind, type Signing } from './lock.js'
import { GROUP_ORDER, toBytes, toNumber } from './numbers.js'
import { compressed, type LongKey, signEcdsa } from './signer.js'

type Sighash = typeof signatureHashLegacy

/** Strict DER with a hash type; s high now and then, which consensus allows. */
function ecdsaItem(
  { spend, index, hashType, draw }: Signing,
  hash: Sighash,
  code: Uint8Array,
  secret: bigint,
): Uint8Array {
  const signature = signEcdsa(hash(spend, index, code, hashType), secret)
  if (draw.onceIn(4)) signature.set(toBytes(GROUP_ORDER - toNumber(signature.subarray(32))), 32)
  return concatBytes(encodeDer(signature), Uint8Array.of(hashType))
}

const checkSig = (key: Uint8Array): Uint8Array => concatBytes(pushData(key), Uint8Array.of(opcode.OP_CHECKSIG))

interface Multisig {
  readonly script: Uint8Array
  readonly signers: readonly bigint[]
}

/** m of n keys, up to 2 of 3, and the secrets of m of them in order. */
function drawMultisig(draw: Draw, form: (key: LongKey) => Uint8Array): Multisig {
  const pairs = Array.from({ length: 1 + draw.below(3) }, () => drawPair(draw))
  const needed = Math.min(pairs.length, 1 + draw.below(2))
  const first = draw.below(pairs.length - needed + 1)
  const script = concatBytes(
    pushNumber(needed),
    ...pairs.map(({ key }) => pushData(form(key))),
    pushNumber(pairs.length),
    Uint8Array.of(opcode.OP_CHECKMULTISIG),
  )
  return { script, signers: pairs.slice(first, first + needed).map(({ secret }) => secret) }
}

/** The extra empty item, then the signatures. */
const multisigItems = (signing: Signing, hash: Sighash, { script, signers }: Multisig): Uint8Array[] => [
  new Uint8Array(0),
  ...signers.map(secret => ecdsaItem(signing, hash, script, secret)),
]

const legacyLocks: readonly LockKind[] = [
  {
    name: 'p2pk',
    make(draw) {
      const { secret, key } = drawPair(draw)
      const script = checkSig(drawForm(draw, key))
      return {
        script,
        unlock: signing => ({
          items: [ecdsaItem(signing, signatureHashLegacy, script, secret)],
          carrier: 'scriptSig',
        }),
      }
    },
  },
  {
    name: 'p2pkh',
    make(draw) {
      const { secret, key } = drawPair(draw)
      const form = drawForm(draw, key)
      const script = p2pkhScript(hash160(form))
      return {
        script,
        unlock: signing => ({
          items: [ecdsaItem(signing, signatureHashLegacy, script, secret), form],
          carrier: 'scriptSig',
        }),
      }
    },
  },
  {
    name: 'multisig',
    make(draw) {
      const multisig = drawMultisig(draw, key => drawForm(draw, key))
      return {
        script: multisig.script,
        unlock: signing => ({ items: multisigItems(signing, signatureHashLegacy, multisig), carrier: 'scriptSig' }),
      }
    },
  },
  {
    name: 'p2sh multisig',
    make(draw) {
      const multisig = drawMultisig(draw, key => drawForm(draw, key))
      return {
        script: p2shScript(hash160(multisig.script)),
        unlock: signing => ({
          items: [...multisigItems(signing, signatureHashLegacy, multisig), multisig.script],
          carrier: 'scriptSig',
        }),
      }
    },
  },
]

const witnessLocks: readonly LockKind[] = [
  {
    name: 'p2wpkh, bare and in p2sh',
    make(draw) {
      const { secret, key } = drawPair(draw)
      const form = compressed(key)
      const program = p2wpkhScript(hash160(form))
      const nested = draw.onceIn(3) ? { nested: pushData(program) } : {}
      return {
        script: 'nested' in nested ? p2shScript(hash160(program)) : program,
        unlock: signing => ({
          items: [ecdsaItem(signing, signatureHashV0, p2pkhScript(hash160(form)), secret), form],
          carrier: 'witness',
          ...nested,
        }),
      }
    },
  },
  {
    name: 'p2wsh multisig',
    make(draw) {
      const multisig = drawMultisig(draw, compressed)
      return {
        script: p2wshScript(sha256(multisig.script)),
        unlock: signing => ({
          items: [...multisigItems(signing, signatureHashV0, multisig), multisig.script],
          carrier: 'witness',
        }),
      }
    },
  },
]

/** Outputs that ECDSA signatures spend: before witnesses, and with BIP-0141's version 0. */
export const ecdsaLocks: readonly LockKind[] = [...legacyLocks, ...witnessLocks]
