import { type Curve, nobleCurve } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'

/** Which implementation of secp256k1 checks signatures. */
export type CurveTier = Curve['name']

const loaders: Record<CurveTier, () => Promise<Curve | undefined>> = {
  native: loadNativeCurve,
  wasm: loadWasmCurve,
  noble: () => Promise.resolve(nobleCurve),
}

/** Throws if this machine does not have it: who may do with another asks before. */
export async function loadCurve(tier: CurveTier): Promise<Curve> {
  const curve = await loaders[tier]()
  if (!curve) throw new Error(`the ${tier} curve is not available on this machine`)
  return curve
}
