import { type Curve, encodeTransaction, nobleCurve, toHex } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { createSpendContext, verifyInput } from '@raistone/script'
import type { Family, Judge, Kind, Verdict } from './cases.js'
import { type EcdsaInput, ecdsaKinds } from './ecdsa-cases.js'
import { ecdsaEdges } from './ecdsa-edges.js'
import { inputKinds, OK } from './input-cases.js'
import { type SchnorrInput, schnorrKinds } from './schnorr-cases.js'
import type { Spending } from './spending.js'
import { type TweakInput, tweakKinds } from './tweak-cases.js'

async function loadCurves(): Promise<readonly [Curve, Curve]> {
  const native = await loadNativeCurve()
  if (!native) throw new Error('the native curve is not installed on this machine: there is nothing to compare')
  return [native, await loadWasmCurve()]
}

const curves = await loadCurves()

/** A family that the two fast tiers judge, and the built-in one now and then. */
function byCurves<T>(
  name: string,
  kinds: readonly Kind<T>[],
  verdict: (curve: Curve, input: T) => Verdict,
  rest: Pick<Family<T>, 'show' | 'valid'>,
): Family<T> {
  const judge = (curve: Curve): Judge<T> => ({ name: curve.name, verdict: input => verdict(curve, input) })
  return { name, kinds, judges: curves.map(judge), oracle: judge(nobleCurve), ...rest }
}

const inHex = <T extends object>(input: T): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, value instanceof Uint8Array ? toHex(value) : Number(value)]),
  )

export const ecdsaFamily: Family<EcdsaInput> = byCurves(
  'ECDSA',
  [...ecdsaKinds, ...ecdsaEdges],
  (curve, { signature, digest, publicKey }) => curve.verifyEcdsa(signature, digest, publicKey),
  { valid: true, show: inHex },
)

export const schnorrFamily: Family<SchnorrInput> = byCurves(
  'Schnorr',
  schnorrKinds,
  (curve, { signature, message, publicKey }) => curve.verifySchnorr(signature, message, publicKey),
  { valid: true, show: inHex },
)

export const tweakFamily: Family<TweakInput> = byCurves(
  'tap tweaks',
  tweakKinds,
  (curve, { internalKey, tweak, outputKey, parity }) => curve.checkTapTweak(internalKey, tweak, outputKey, parity),
  { valid: true, show: inHex },
)

/** Whole inputs: the same verdict means the same name of the same error. */
export const inputFamily: Family<Spending> = byCurves(
  'inputs',
  inputKinds,
  (curve, { tx, spent, index, flags }) => verifyInput(createSpendContext(tx, spent), index, flags, curve) ?? OK,
  {
    valid: OK,
    show: ({ tx, spent, index, flags }) => ({
      tx: toHex(encodeTransaction(tx)),
      spent: spent.map(({ value, script }) => `${value}:${toHex(script)}`).join(' '),
      index,
      flags,
    }),
  },
)
