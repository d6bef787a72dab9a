// A chain of headers without blocks, on regtest, where work costs nothing.

import { bitsToTarget } from '@raistone/consensus'
import { encodeHeader, findNonce, HEADER_SIZE, hashHeaderBytes } from '@raistone/primitives'

const MERKLE_AT = 36
const NONCE_AT = 76

/** The bytes of headers, `perStep` at a time, each a second after the one before; no two have the same Merkle root. */
export function* headerBytes(genesis, count, perStep) {
  const target = bitsToTarget(genesis.header.bits)
  let prev = genesis.hash
  for (let done = 0; done < count; ) {
    const step = new Uint8Array(Math.min(perStep, count - done) * HEADER_SIZE)
    for (let at = 0; at < step.length; at += HEADER_SIZE) {
      done++
      const raw = encodeHeader({
        ...genesis.header,
        version: 0x20000000,
        prev,
        time: genesis.header.time + done,
        nonce: 0,
      })
      new DataView(raw.buffer).setUint32(MERKLE_AT, done)
      new DataView(raw.buffer).setUint32(NONCE_AT, findNonce(raw, target, 0, 2 ** 32), true)
      prev = hashHeaderBytes(raw)
      step.set(raw, at)
    }
    yield step
  }
}
