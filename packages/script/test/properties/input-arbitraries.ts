import { concatBytes, emptyBytes, hash160, sha256 } from '@raistone/primitives'
import fc from 'fast-check'
import { pushData } from '../../src/script/push.js'
import { p2shScript, p2trScript, p2wpkhScript, p2wshScript, witnessProgramScript } from '../../src/templates/scripts.js'
import { filled, filledItem, publicKey, script, signature } from './script-arbitraries.js'

/** What a witness gives a script to begin with. */
export const items: fc.Arbitrary<readonly Uint8Array[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(fc.oneof(filledItem, signature, publicKey), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(998, 1001).map(n => new Array<Uint8Array>(n).fill(emptyBytes)) },
)

/** The scripts of one input and the output that it spends. */
export interface InputScripts {
  readonly output: Uint8Array
  readonly scriptSig: Uint8Array
  readonly witness: readonly Uint8Array[]
}

const pushes = (values: readonly Uint8Array[]): Uint8Array => concatBytes(...values.map(pushData))
const native = (output: Uint8Array, witness: readonly Uint8Array[]): InputScripts => ({
  output,
  scriptSig: emptyBytes,
  witness,
})
const outputKey = filled(32, 7)

const legacy = fc
  .tuple(script, fc.oneof({ weight: 3, arbitrary: items.map(pushes) }, { weight: 1, arbitrary: script }))
  .map(([output, scriptSig]) => ({ output, scriptSig, witness: [] }))
const nested = fc.tuple(items, script).map(([given, redeem]) => ({
  output: p2shScript(hash160(redeem)),
  scriptSig: pushes([...given, redeem]),
  witness: [],
}))
const witnessScript = fc
  .tuple(items, script)
  .map(([given, code]) => native(p2wshScript(sha256(code)), [...given, code]))
const keyHash = fc.tuple(signature, publicKey).map(([sig, key]) => native(p2wpkhScript(hash160(key)), [sig, key]))
const annex = fc.constantFrom([], [], [], [Uint8Array.of(0x50)], [filled(40_000, 0x50)])
const taprootKey = fc.tuple(signature, annex).map(([sig, last]) => native(p2trScript(outputKey), [sig, ...last]))
const control = fc
  .tuple(fc.constantFrom(0xc0, 0xc0, 0xc0, 0xc1, 0xc2), fc.constantFrom(0, 0, 32, 4096, 4128, 31))
  .map(([first, path]) => concatBytes(Uint8Array.of(first), filled(32 + path, 3)))
const taprootScript = fc
  .tuple(items, script, control, annex)
  .map(([given, leaf, block, last]) => native(p2trScript(outputKey), [...given, leaf, block, ...last]))
const unknownProgram = fc
  .tuple(fc.integer({ min: 0, max: 16 }), fc.constantFrom(2, 20, 31, 32, 40), items)
  .map(([version, length, given]) => native(witnessProgramScript(version, filled(length, 1)), given))

const wellFormed: fc.Arbitrary<InputScripts> = fc.oneof(
  { weight: 3, arbitrary: legacy },
  { weight: 3, arbitrary: nested },
  { weight: 3, arbitrary: witnessScript },
  { weight: 5, arbitrary: taprootScript },
  { weight: 1, arbitrary: keyHash },
  { weight: 1, arbitrary: taprootKey },
  { weight: 1, arbitrary: unknownProgram },
)

/** The same program inside a P2SH output. */
const wrapped = ({ output, witness }: InputScripts): InputScripts => ({
  output: p2shScript(hash160(output)),
  scriptSig: pushData(output),
  witness,
})

/** Inputs of every kind, from bare scripts to script trees, in one of eight with something that does not belong. */
export const inputScripts: fc.Arbitrary<InputScripts> = fc
  .tuple(wellFormed, fc.nat({ max: 40 }), script)
  .map(([input, change, other]) => {
    if (change < 3) return wrapped(input)
    if (change === 5) return { ...input, scriptSig: concatBytes(other, input.scriptSig) }
    if (change === 6) return { ...input, witness: [...input.witness, other] }
    if (change === 7) return { ...input, witness: [] }
    return change === 8 ? { ...input, output: other } : input
  })
