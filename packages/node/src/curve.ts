import { type Curve, nobleCurve } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'

/** The fastest verification tier that loads on this machine. */
export async function loadCurve(): Promise<Curve> {
  return (await loadNativeCurve()) ?? (await loadWasmCurve().catch(() => nobleCurve))
}
