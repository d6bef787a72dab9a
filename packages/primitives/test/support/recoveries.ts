import { instantiateSecp256k1 } from '@bitauth/libauth'
import type { Recover } from '../../src/curve/schnorr-by-recovery.js'

function attempt(call: () => Uint8Array | string): Uint8Array | undefined {
  try {
    const answer = call()
    return typeof answer === 'string' ? undefined : answer
  } catch {
    return undefined
  }
}

async function nativeRecover(): Promise<Recover | undefined> {
  try {
    // @ts-expect-error the package has no types
    const { default: bindings } = (await import('secp256k1/bindings.js')) as { default: { ecdsaRecover: Recover } }
    return (signature, id, digest) => attempt(() => bindings.ecdsaRecover(signature, id, digest) as Uint8Array)
  } catch {
    return undefined
  }
}

/** ECDSA recovery of every library that a tier uses it of. */
export async function allRecoveries(): Promise<ReadonlyMap<string, Recover>> {
  const wasm = await instantiateSecp256k1()
  const native = await nativeRecover()
  const named: [string, Recover][] = [
    ['wasm', (signature, id, digest) => attempt(() => wasm.recoverPublicKeyCompressed(signature, id, digest))],
  ]
  return new Map(native ? [['native', native], ...named] : named)
}
