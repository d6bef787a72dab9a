import type { Curve } from '../../src/curve/curve.js'
import { loadNativeCurve } from '../../src/curve/native.node.js'
import { nobleCurve } from '../../src/curve/noble.js'
import { loadWasmCurve } from '../../src/curve/wasm.js'

/** Every tier that this machine has; the built-in one first. */
export async function allCurves(): Promise<readonly Curve[]> {
  const native = await loadNativeCurve()
  return [nobleCurve, await loadWasmCurve(), ...(native ? [native] : [])]
}

/** What every tier answers; throws if they differ. */
export function agreed(curves: readonly Curve[], ask: (curve: Curve) => boolean): boolean {
  const answers = curves.map(ask)
  if (new Set(answers).size !== 1)
    throw new RangeError(`tiers differ: ${curves.map((curve, i) => `${curve.name} ${answers[i]}`).join(', ')}`)
  return answers[0] as boolean
}
