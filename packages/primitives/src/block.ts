import { decode, encode, hash32, i32, type Of, struct, u32 } from './codec/codec.js'
import { toDisplayHex } from './codec/hex.js'
import { Reader } from './codec/reader.js'
import { compactSizeLength, Writer } from './codec/writer.js'
import { sha256Engine } from './hash/engine.js'
import { hash256 } from './hash/hash.js'
import type { BlockHash, MerkleRoot } from './ids.js'
import { doneAtOnce, type Steps } from './steps.js'
import { readTransactionsInSteps, type Transaction } from './transaction.js'

/** A block header: 80 bytes. Its version is signed; `bits` is the compact target, `time` seconds since 1970. */
export const header = struct({
  version: i32,
  prev: hash32<BlockHash>(),
  merkleRoot: hash32<MerkleRoot>(),
  time: u32,
  bits: u32,
  nonce: u32,
})
export type Header = Of<typeof header>

export const HEADER_SIZE = 80

/** Numbers that say where a message lies, of which only the first range is not empty: see `Sha256.idsOf`. */
const RANGES = 6

/** A block with its hash and bytes, made by `decodeBlock` or `createBlock`. */
export interface Block {
  readonly hash: BlockHash
  readonly header: Header
  readonly transactions: readonly Transaction[]
  readonly raw: Uint8Array
  /** Bytes without witnesses. */
  readonly strippedSize: number
}

export const encodeHeader = (value: Header): Uint8Array => encode(header, value)

/** Exactly 80 bytes; throws a DecodeError. */
export const decodeHeader = (raw: Uint8Array): Header => decode(header, raw)

/** Hash of the 80 header bytes. */
export const hashHeaderBytes = (raw: Uint8Array): BlockHash => toDisplayHex(hash256(raw)) as BlockHash

export const hashHeader = (value: Header): BlockHash => hashHeaderBytes(encodeHeader(value))

/** Hashes of headers that came together: faster than one by one. */
export function hashHeaders(headers: readonly Header[]): BlockHash[] {
  const writer = new Writer(headers.length * HEADER_SIZE)
  const ranges = new Int32Array(headers.length * RANGES)
  for (const [i, value] of headers.entries()) {
    header.write(writer, value)
    ranges.fill((i + 1) * HEADER_SIZE, i * RANGES, (i + 1) * RANGES)
    ranges[i * RANGES] = i * HEADER_SIZE
  }
  return sha256Engine().idsOf(writer.bytes, ranges) as BlockHash[]
}

const strippedSize = (transactions: readonly Transaction[]): number =>
  transactions.reduce((sum, tx) => sum + tx.strippedSize, HEADER_SIZE + compactSizeLength(transactions.length))

/** `decodeBlock` in steps: a large block may take longer than others can wait. */
export function* decodeBlockInSteps(raw: Uint8Array): Steps<Block> {
  const reader = new Reader(raw)
  const value = header.read(reader)
  const transactions = yield* readTransactionsInSteps(reader, reader.compactSize())
  reader.end()
  return {
    hash: hashHeaderBytes(raw.subarray(0, HEADER_SIZE)),
    header: value,
    transactions,
    raw,
    strippedSize: strippedSize(transactions),
  }
}

/** Decodes exactly one block; throws a DecodeError. Ids of all transactions are computed here. */
export const decodeBlock = (raw: Uint8Array): Block => doneAtOnce(decodeBlockInSteps(raw))

/** Serialises header and transactions and fills in the hash. */
export function createBlock(value: Header, transactions: readonly Transaction[]): Block {
  const total = transactions.reduce(
    (sum, tx) => sum + tx.raw.length,
    HEADER_SIZE + compactSizeLength(transactions.length),
  )
  const writer = new Writer(total)
  header.write(writer, value)
  writer.compactSize(transactions.length)
  for (const tx of transactions) writer.raw(tx.raw)
  const raw = writer.bytes
  return {
    hash: hashHeaderBytes(raw.subarray(0, HEADER_SIZE)),
    header: value,
    transactions,
    raw,
    strippedSize: strippedSize(transactions),
  }
}

/** BIP-0141: bytes outside witnesses count four times; the limit is 4,000,000. */
export const blockWeight = (block: Block): number => block.strippedSize * 3 + block.raw.length
