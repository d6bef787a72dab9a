import { emptyBytes } from './codec/bytes.js'
import { type Codec, hash32, i64, struct, u32, varBytes, vector } from './codec/codec.js'
import { DecodeError } from './codec/decode-error.js'
import { toDisplayHex } from './codec/hex.js'
import { Reader } from './codec/reader.js'
import { Writer } from './codec/writer.js'
import { sha256Engine } from './hash/engine.js'
import { hash256 } from './hash/hash.js'
import { type OutpointKey, type Txid, type Wtxid, ZERO_HASH } from './ids.js'
import { doneAtOnce, type Steps } from './steps.js'

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

/** An outpoint that was read, with its key: it is looked for many times, and putting the key together takes long. */
class ReadOutpoint implements Outpoint {
  readonly #key: OutpointKey

  constructor(
    readonly txid: Txid,
    readonly vout: number,
  ) {
    this.#key = `${txid}:${vout}` as OutpointKey
  }

  static keyOf(outpoint: Outpoint): OutpointKey {
    return #key in outpoint ? outpoint.#key : (`${outpoint.txid}:${outpoint.vout}` as OutpointKey)
  }
}

export const outpointKey = (outpoint: Outpoint): OutpointKey => ReadOutpoint.keyOf(outpoint)

const outpointFields = struct({ txid: hash32<Txid>(), vout: u32 })
const outpoint: Codec<Outpoint> = {
  ...outpointFields,
  read: reader => new ReadOutpoint(reader.id() as Txid, reader.u32()),
}
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Copied for each transaction that is read, for the reason that `vector` gives. */
const unread: Transaction = {
  version: 0,
  inputs: [],
  outputs: [],
  lockTime: 0,
  txid: ZERO_HASH as Txid,
  wtxid: ZERO_HASH as Wtxid,
  raw: emptyBytes,
  strippedSize: 0,
}

function readInputs(reader: Reader): Mutable<TxIn>[] {
  const inputs = bareInputs.read(reader) as Mutable<TxIn>[]
  for (const input of inputs) input.witness = noWitness
  return inputs
}

/** Items of a witness that are read in one step. */
const STEP_ITEMS = 50_000
/** A count that begins with this byte or a higher one takes more than that byte. */
const LONG_COUNT = 0xfd

/** A witness of a few items, as nearly all are, is read at once. */
function* readLongStack(reader: Reader): Steps<readonly Uint8Array[]> {
  const items: Uint8Array[] = []
  for (let left = reader.compactSize(); left > 0; left--) {
    items.push(varBytes.read(reader))
    if (items.length % STEP_ITEMS === 0) yield
  }
  return items
}

/** Reads the witness of each input into it. */
function* readWitnesses(reader: Reader, inputs: readonly Mutable<TxIn>[]): Steps<void> {
  const start = reader.offset
  for (const input of inputs)
    input.witness = (reader.peek() ?? 0) < LONG_COUNT ? witnessStack.read(reader) : yield* readLongStack(reader)
  if (!inputs.some(input => input.witness.length > 0)) throw new DecodeError('superfluous witness record', start)
}

/**
 * Reads as Core's UnserializeTransaction does. An empty input list announces BIP-0144 data; a witness section in which
 * every stack is empty is refused ("superfluous witness"), as are unknown flags. The ids are still missing.
 */
function* parseTransaction(reader: Reader, allowWitness: boolean): Steps<Mutable<Transaction>> {
  const start = reader.offset
  const version = reader.u32()
  let bodyStart = reader.offset
  let inputs = readInputs(reader)
  let outs: readonly TxOut[] = []
  let flags = 0
  if (inputs.length === 0 && allowWitness) {
    flags = reader.u8()
    if (flags !== 0) {
      bodyStart = reader.offset
      inputs = readInputs(reader)
      outs = outputs.read(reader)
    }
  } else {
    outs = outputs.read(reader)
  }
  const bodyEnd = reader.offset
  if (flags & 1) yield* readWitnesses(reader, inputs)
  if (flags > 1) throw new DecodeError('unknown transaction optional data', start + 5)
  const tx: Mutable<Transaction> = { ...unread }
  tx.version = version
  tx.inputs = inputs
  tx.outputs = outs
  tx.lockTime = reader.u32()
  tx.raw = reader.bytes.subarray(start, reader.offset)
  tx.strippedSize = flags & 1 ? 8 + bodyEnd - bodyStart : tx.raw.length
  return tx
}

const isStripped = ({ raw, strippedSize }: Transaction): boolean => raw.length === strippedSize

/**
 * What the ids are hashes of, as `idsOf` has it: for each transaction its bytes without marker, flag and witnesses
 * (the txid's), and if that is not all of it, then all of it (the wtxid's).
 */
function idRanges(transactions: readonly Transaction[], bytes: Uint8Array): Int32Array {
  const witnessed = transactions.filter(tx => !isStripped(tx)).length
  const ranges = new Int32Array(6 * (transactions.length + witnessed))
  let at = 0
  const add = (from: number, to: number): void => {
    ranges[at++] = from
    ranges[at++] = to
  }
  for (const tx of transactions) {
    const start = tx.raw.byteOffset - bytes.byteOffset
    const end = start + tx.raw.length
    if (!isStripped(tx)) {
      add(start, start + 4)
      add(start + 6, start + tx.strippedSize - 2)
      add(end - 4, end)
    }
    add(start, end)
    at += 4
  }
  return ranges
}

/** Ids are computed for all of them at once, which is much faster. */
function fillIds(transactions: readonly Mutable<Transaction>[], bytes: Uint8Array): void {
  const ids = sha256Engine().idsOf(bytes, idRanges(transactions, bytes))
  let at = 0
  for (const tx of transactions) {
    tx.txid = ids[at++] as Txid
    tx.wtxid = (isStripped(tx) ? tx.txid : ids[at++]) as Wtxid
  }
}

/** Bytes of transactions that are read in one step, or one that is larger. */
const STEP_BYTES = 100_000

/** Reads so many transactions, one behind the other. */
export function* readTransactionsInSteps(reader: Reader, count: number, allowWitness = true): Steps<Transaction[]> {
  const transactions: Mutable<Transaction>[] = []
  while (transactions.length < count) {
    const step: Mutable<Transaction>[] = []
    const end = reader.offset + STEP_BYTES
    while (transactions.length + step.length < count && reader.offset < end)
      step.push(yield* parseTransaction(reader, allowWitness))
    fillIds(step, reader.bytes)
    for (const tx of step) transactions.push(tx)
    if (transactions.length < count) yield
  }
  return transactions
}

/** The same at once. */
export const readTransactions = (reader: Reader, count: number, allowWitness = true): Transaction[] =>
  doneAtOnce(readTransactionsInSteps(reader, count, allowWitness))

/** Reads one transaction. */
export const readTransaction = (reader: Reader, allowWitness = true): Transaction =>
  readTransactions(reader, 1, allowWitness)[0] as Transaction

/** Reads one whose ids nobody will ask for: computing them costs more than reading it. They are zeros. */
export const readTransactionWithoutIds = (reader: Reader): Transaction => doneAtOnce(parseTransaction(reader, true))

/** Decodes exactly one transaction; throws a DecodeError. Without `allowWitness` an empty input list is just that. */
export function decodeTransaction(raw: Uint8Array, allowWitness = true): Transaction {
  const reader = new Reader(raw)
  const tx = readTransaction(reader, allowWitness)
  reader.end()
  return tx
}

/** The same transaction with bytes of its own, so that keeping it does not keep the block it came in. */
export function detachTransaction({ raw, txid, wtxid }: Transaction): Transaction {
  const tx: Mutable<Transaction> = readTransactionWithoutIds(new Reader(Uint8Array.from(raw)))
  tx.txid = txid
  tx.wtxid = wtxid
  return tx
}

/** Sum of all outputs in satoshis. */
export const outputTotal = (tx: TransactionBody): bigint => tx.outputs.reduce((sum, output) => sum + output.value, 0n)
