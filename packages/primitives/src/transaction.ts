import { hash32, i64, struct, u32, varBytes, vector } from './codec/codec.js'
import { DecodeError } from './codec/decode-error.js'
import { toDisplayHex } from './codec/hex.js'
import { Reader } from './codec/reader.js'
import { Writer } from './codec/writer.js'
import { hash256, hash256Parts } from './hash/hash.js'
import { type OutpointKey, type Txid, type Wtxid, ZERO_HASH } from './ids.js'

/** Which output an input spends. */
export interface Outpoint {
  readonly txid: Txid
  readonly vout: number
}

export interface TxIn {
  readonly prevout: Outpoint
  readonly scriptSig: Uint8Array
  readonly sequence: number
  /** BIP-0141; empty for inputs without one. */
  readonly witness: readonly Uint8Array[]
}

export interface TxOut {
  /** Satoshis, signed on the wire; a negative value decodes, and a rule refuses it. */
  readonly value: bigint
  readonly script: Uint8Array
}

/** What a transaction says, without what can be computed from it. */
export interface TransactionBody {
  /** Unsigned 32 bits (unlike a block's version). */
  readonly version: number
  readonly inputs: readonly TxIn[]
  readonly outputs: readonly TxOut[]
  /** Height below 500,000,000, else seconds since 1970 (nLockTime). */
  readonly lockTime: number
}

/** A transaction with its ids and bytes, made by `decodeTransaction` or `createTransaction`. */
export interface Transaction extends TransactionBody {
  readonly txid: Txid
  readonly wtxid: Wtxid
  /** The whole serialisation; inside a decoded block this is a view of the block's bytes. */
  readonly raw: Uint8Array
  /** Bytes without marker, flag and witnesses. */
  readonly strippedSize: number
}

/** Index of the null outpoint, which only a coinbase names. */
export const NULL_VOUT = 0xffffffff
export const nullOutpoint: Outpoint = { txid: ZERO_HASH as Txid, vout: NULL_VOUT }
export const SEQUENCE_FINAL = 0xffffffff

export const outpointKey = (outpoint: Outpoint): OutpointKey => `${outpoint.txid}:${outpoint.vout}` as OutpointKey

const outpoint = struct({ txid: hash32<Txid>(), vout: u32 })
const bareInput = struct({ prevout: outpoint, scriptSig: varBytes, sequence: u32 })
const bareInputs = vector(bareInput)
/** An output as it stands in a transaction. */
export const txOut = struct({ value: i64, script: varBytes })
const outputs = vector(txOut)
const witnessStack = vector(varBytes)

const noWitness: readonly Uint8Array[] = []

export const hasWitness = (tx: TransactionBody): boolean => tx.inputs.some(input => input.witness.length > 0)

export const isCoinbase = (tx: TransactionBody): boolean =>
  tx.inputs.length === 1 && tx.inputs[0]?.prevout.vout === NULL_VOUT && tx.inputs[0].prevout.txid === ZERO_HASH

/** BIP-0141: bytes outside witnesses count four times. */
export const transactionWeight = (tx: Transaction): number => tx.strippedSize * 3 + tx.raw.length

/** Weight in virtual bytes, rounded up. */
export const virtualSize = (tx: Transaction): number => Math.ceil(transactionWeight(tx) / 4)

const strippedLength = (tx: TransactionBody): number => 8 + bareInputs.size(tx.inputs) + outputs.size(tx.outputs)

const writeTransaction = (writer: Writer, tx: TransactionBody, witnesses: boolean): void => {
  writer.u32(tx.version)
  if (witnesses) {
    writer.u8(0)
    writer.u8(1)
  }
  bareInputs.write(writer, tx.inputs)
  outputs.write(writer, tx.outputs)
  if (witnesses) for (const input of tx.inputs) witnessStack.write(writer, input.witness)
  writer.u32(tx.lockTime)
}

/** BIP-0144 if any input has a witness and `witnesses` is not false, else the original form. */
export function encodeTransaction(tx: TransactionBody, witnesses = true): Uint8Array {
  const withWitness = witnesses && hasWitness(tx)
  const witnessLength = withWitness ? tx.inputs.reduce((sum, input) => sum + witnessStack.size(input.witness), 2) : 0
  const writer = new Writer(strippedLength(tx) + witnessLength)
  writeTransaction(writer, tx, withWitness)
  return writer.bytes
}

/** Fills in ids and bytes. */
export function createTransaction(body: TransactionBody): Transaction {
  const raw = encodeTransaction(body)
  const stripped = hasWitness(body) ? encodeTransaction(body, false) : raw
  const txid = toDisplayHex(hash256(stripped)) as Txid
  const wtxid = (stripped === raw ? txid : toDisplayHex(hash256(raw))) as Wtxid
  const { version, inputs, outputs: outs, lockTime } = body
  return { version, inputs, outputs: outs, lockTime, txid, wtxid, raw, strippedSize: stripped.length }
}

/**
 * Reads one transaction as Core's UnserializeTransaction does. An empty input list announces BIP-0144 data;
 * a witness section in which every stack is empty is refused ("superfluous witness"), as are unknown flags.
 */
export function readTransaction(reader: Reader, allowWitness = true): Transaction {
  const start = reader.offset
  const version = reader.u32()
  let bodyStart = reader.offset
  let inputs: readonly Omit<TxIn, 'witness'>[] = bareInputs.read(reader)
  let outs: readonly TxOut[] = []
  let flags = 0
  if (inputs.length === 0 && allowWitness) {
    flags = reader.u8()
    if (flags !== 0) {
      bodyStart = reader.offset
      inputs = bareInputs.read(reader)
      outs = outputs.read(reader)
    }
  } else {
    outs = outputs.read(reader)
  }
  const bodyEnd = reader.offset
  const witnesses = flags & 1 ? inputs.map(() => witnessStack.read(reader)) : undefined
  if (witnesses && !witnesses.some(stack => stack.length > 0))
    throw new DecodeError('superfluous witness record', bodyEnd)
  if (flags > 1) throw new DecodeError('unknown transaction optional data', start + 5)
  const lockTimeAt = reader.offset
  const lockTime = reader.u32()

  const raw = reader.bytes.subarray(start, reader.offset)
  const stripped = witnesses
    ? [raw.subarray(0, 4), reader.bytes.subarray(bodyStart, bodyEnd), reader.bytes.subarray(lockTimeAt, lockTimeAt + 4)]
    : [raw]
  const txid = toDisplayHex(hash256Parts(...stripped)) as Txid
  return {
    version,
    inputs: inputs.map((input, i) => ({ ...input, witness: witnesses?.[i] ?? noWitness })),
    outputs: outs,
    lockTime,
    txid,
    wtxid: (witnesses ? toDisplayHex(hash256(raw)) : txid) as unknown as Wtxid,
    raw,
    strippedSize: witnesses ? 8 + bodyEnd - bodyStart : raw.length,
  }
}

/** Decodes exactly one transaction; throws a DecodeError. Without `allowWitness` an empty input list is just that. */
export function decodeTransaction(raw: Uint8Array, allowWitness = true): Transaction {
  const reader = new Reader(raw)
  const tx = readTransaction(reader, allowWitness)
  reader.end()
  return tx
}

/** The same transaction with bytes of its own, so that keeping it does not keep the block it came in. */
export const detachTransaction = (tx: Transaction): Transaction => decodeTransaction(Uint8Array.from(tx.raw))

/** Sum of all outputs in satoshis. */
export const outputTotal = (tx: TransactionBody): bigint => tx.outputs.reduce((sum, output) => sum + output.value, 0n)
