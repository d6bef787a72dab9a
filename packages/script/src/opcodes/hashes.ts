import { sha1 } from '@noble/hashes/legacy.js'
import { hash160, hash256, ripemd160, sha256 } from '@raistone/primitives'
import { type Handler, needs } from '../interpreter/machine.js'
import type { OpcodeName } from './opcode.js'

const hashes = (hash: (bytes: Uint8Array) => Uint8Array): Handler =>
  needs(1, m => {
    m.push(hash(m.pop()))
    return undefined
  })

/** Operations that replace an item by its hash. */
export const hashOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_RIPEMD160: hashes(ripemd160),
  OP_SHA1: hashes(sha1),
  OP_SHA256: hashes(sha256),
  OP_HASH160: hashes(hash160),
  OP_HASH256: hashes(hash256),
}
