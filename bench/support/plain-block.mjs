// A block decoded into objects and all its ids hashed, written plainly with @noble/hashes: a reference of the rules bench.

import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { displayHex, sha256d } from './plain-hashes.mjs'

class Cursor {
  at = 0

  constructor(bytes) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u32() {
    this.at += 4
    return this.view.getUint32(this.at - 4, true)
  }

  i64() {
    this.at += 8
    return this.view.getBigInt64(this.at - 8, true)
  }

  raw(length) {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  count() {
    const first = this.bytes[this.at++]
    if (first < 0xfd) return first
    this.at += first === 0xfd ? 2 : 4
    return first === 0xfd ? this.view.getUint16(this.at - 2, true) : this.view.getUint32(this.at - 4, true)
  }

  varBytes() {
    return this.raw(this.count())
  }

  list(read) {
    return Array.from({ length: this.count() }, read)
  }
}

const readInput = cursor => ({
  prevout: { txid: displayHex(cursor.raw(32)), vout: cursor.u32() },
  scriptSig: cursor.varBytes(),
  sequence: cursor.u32(),
})

function readTransaction(cursor) {
  const start = cursor.at
  const version = cursor.u32()
  const hasWitness = cursor.bytes[cursor.at] === 0
  if (hasWitness) cursor.raw(2)
  const body = cursor.at
  const inputs = cursor.list(() => readInput(cursor))
  const outputs = cursor.list(() => ({ value: cursor.i64(), script: cursor.varBytes() }))
  const bodyBytes = cursor.bytes.subarray(body, cursor.at)
  const witnesses = hasWitness ? inputs.map(() => cursor.list(() => cursor.varBytes())) : []
  const lockTime = cursor.u32()
  const raw = cursor.bytes.subarray(start, cursor.at)
  const stripped = hasWitness ? concatBytes(raw.subarray(0, 4), bodyBytes, raw.subarray(-4)) : raw
  const txid = displayHex(sha256d(stripped))
  const wtxid = hasWitness ? displayHex(sha256d(raw)) : txid
  return {
    version,
    inputs: inputs.map((input, i) => ({ ...input, witness: witnesses[i] ?? [] })),
    outputs,
    lockTime,
    txid,
    wtxid,
    raw,
  }
}

/** Header fields are left as hex; they are one in thousands. */
export function plainDecodeBlock(raw) {
  const cursor = new Cursor(raw)
  const header = cursor.raw(80)
  return {
    hash: displayHex(sha256d(header)),
    header: bytesToHex(header),
    transactions: cursor.list(() => readTransaction(cursor)),
  }
}
