import { GROUP_ORDER, numberBytes, writeNumber } from './field.js'
import { type SchnorrPoint, schnorrPoint } from './schnorr.js'

/** ECDSA public key recovery: the compressed key, or undefined where there is none. Must not throw. */
export type Recover = (signature: Uint8Array, recoveryId: 0 | 2, digest: Uint8Array) => Uint8Array | undefined

/**
 * BIP-0340's equation by one ECDSA recovery, for libraries that have that but no Schnorr. Recovery computes
 * r⁻¹(s′·R − z·G) with R of x-coordinate r and even y. With r = P.x, s′ = −e·P.x and z = −s·P.x (all mod n) that is
 * s·G − e·P. A z of n counts as zero, as any digest is taken mod n.
 *
 * r is a scalar there, so a key with x in [n, p) is passed as x − n with recovery id 2, which adds n again. Where
 * r or s′ would be zero (e = 0, P.x = n) the call cannot be made, and plain arithmetic answers instead.
 */
export const schnorrPointByRecovery =
  (recover: Recover): SchnorrPoint =>
  (px, s, e) => {
    const scalar = px % GROUP_ORDER
    if (e === 0n || scalar === 0n) return schnorrPoint(px, s, e)
    const signature = new Uint8Array(64)
    writeNumber(signature, 0, scalar)
    writeNumber(signature, 32, GROUP_ORDER - ((e * scalar) % GROUP_ORDER))
    return recover(signature, px < GROUP_ORDER ? 0 : 2, numberBytes(GROUP_ORDER - ((s * scalar) % GROUP_ORDER)))
  }
