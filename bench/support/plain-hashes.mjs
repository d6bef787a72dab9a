// What ledgers hash, written plainly with @noble/hashes: the references of the rules bench.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js'

export const sha256d = bytes => sha256(sha256(bytes))
export const displayHex = bytes => bytesToHex(Uint8Array.from(bytes).reverse())
const fromDisplayHex = hex => hexToBytes(hex).reverse()

/** Merkle root over 32-byte leaves. */
export function plainMerkleRoot(leaves) {
  let level = leaves
  while (level.length > 1) {
    const next = []
    for (let i = 0; i < level.length; i += 2) next.push(sha256d(concatBytes(level[i], level[i + 1] ?? level[i])))
    level = next
  }
  return level[0]
}

/** The first nonce of `count` whose hash, a little-endian number, is at most the target; -1 without one. */
export function plainScan(header, target, from, count) {
  const bytes = Uint8Array.from(header)
  const view = new DataView(bytes.buffer)
  const targetTop = Number(target >> 224n)
  for (let nonce = from; nonce < from + count; nonce++) {
    view.setUint32(76, nonce, true)
    const hash = sha256d(bytes)
    const top = ((hash[31] << 24) | (hash[30] << 16) | (hash[29] << 8) | hash[28]) >>> 0
    if (top <= targetTop && BigInt(`0x${displayHex(hash)}`) <= target) return nonce
  }
  return -1
}

function u32(value) {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

function i64(value) {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value, true)
  return bytes
}

const varBytes = bytes => concatBytes(Uint8Array.of(bytes.length), bytes)
const outpoint = ({ prevout }) => concatBytes(fromDisplayHex(prevout.txid), u32(prevout.vout))
const output = ({ value, script }) => concatBytes(i64(value), varBytes(script))
const join = (list, encode) => concatBytes(...list.map(encode))

/** BIP-0143, SIGHASH_ALL, for every input; what inputs share is hashed once. */
export function plainSighashesV0(tx, spent, scriptCode) {
  const prevouts = sha256d(join(tx.inputs, outpoint))
  const sequences = sha256d(join(tx.inputs, input => u32(input.sequence)))
  const outputs = sha256d(join(tx.outputs, output))
  return tx.inputs.map((input, i) => {
    const parts = [u32(tx.version), prevouts, sequences, outpoint(input), varBytes(scriptCode), i64(spent[i].value)]
    return sha256d(concatBytes(...parts, u32(input.sequence), outputs, u32(tx.lockTime), u32(1)))
  })
}

const tag = sha256(new TextEncoder().encode('TapSighash'))

/** BIP-0341, SIGHASH_DEFAULT by key, for every input; what inputs share is hashed once. */
export function plainSighashesTaproot(tx, spent) {
  const shared = [
    join(tx.inputs, outpoint),
    join(spent, ({ value }) => i64(value)),
    join(spent, ({ script }) => varBytes(script)),
    join(tx.inputs, input => u32(input.sequence)),
    join(tx.outputs, output),
  ].map(bytes => sha256(bytes))
  return tx.inputs.map((_, i) => {
    const head = concatBytes(Uint8Array.of(0, 0), u32(tx.version), u32(tx.lockTime))
    return sha256(concatBytes(tag, tag, head, ...shared, Uint8Array.of(0), u32(i)))
  })
}
