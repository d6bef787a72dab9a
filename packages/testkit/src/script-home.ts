import { concatBytes, emptyBytes, hash160, sha256, type TransactionBody, type TxOut } from '@raistone/primitives'
import { createSpendContext, pushData, signatureHashLegacy, signatureHashV0 } from '@raistone/script'
import type { TestKey } from './keys.js'
import type { Unlock } from './sign.js'
import { signEcdsa } from './signature.js'

/** Where a script is until its output is spent: in the output itself, or hidden behind its hash. */
export type ScriptHome = 'bare' | 'p2sh' | 'p2wsh' | 'p2sh-p2wsh'
export const scriptHomes: readonly ScriptHome[] = ['bare', 'p2sh', 'p2wsh', 'p2sh-p2wsh']

const program = (script: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0x00, 0x20), sha256(script))
const behindHash = (redeem: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0xa9, 0x14), hash160(redeem), Uint8Array.of(0x87))

const locks: Readonly<Record<ScriptHome, (script: Uint8Array) => Uint8Array>> = {
  bare: script => script,
  p2sh: behindHash,
  p2wsh: program,
  'p2sh-p2wsh': script => behindHash(program(script)),
}

/** The output script that demands this script. */
export const lockIn = (home: ScriptHome, script: Uint8Array): Uint8Array => locks[home](script)

/** What an input must bring so that the script runs on these items, the last one on top. */
export function unlockFrom(home: ScriptHome, script: Uint8Array, items: readonly Uint8Array[] = []): Unlock {
  const pushes = items.map(pushData)
  if (home === 'bare') return { scriptSig: concatBytes(...pushes), witness: [] }
  if (home === 'p2sh') return { scriptSig: concatBytes(...pushes, pushData(script)), witness: [] }
  const scriptSig = home === 'p2wsh' ? emptyBytes : pushData(program(script))
  return { scriptSig, witness: [...items, script] }
}

/** What a signature in such a script signs; `spent` has one output per input. */
export interface ScriptSigning {
  readonly home: ScriptHome
  readonly script: Uint8Array
  readonly spent: readonly TxOut[]
  /** SIGHASH_ALL if left out. */
  readonly hashType?: number
}

/** The key's signature for the script of one input. */
export function signScript(tx: TransactionBody, index: number, key: TestKey, signing: ScriptSigning): Uint8Array {
  const { home, script, spent, hashType = 1 } = signing
  const context = createSpendContext(tx, spent)
  const isLegacy = home === 'bare' || home === 'p2sh'
  const digest = (isLegacy ? signatureHashLegacy : signatureHashV0)(context, index, script, hashType)
  return signEcdsa(digest, key.privateKey, hashType)
}
