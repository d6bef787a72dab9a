import { type Block, createBlock, createTransaction, decodeBlock, type TransactionBody } from '@raistone/primitives'
import { solve } from './proof-of-work.js'

/** Where the Merkle root and the nonce stand in a raw block. */
export const MERKLE_ROOT_OFFSET = 36
export const NONCE_OFFSET = 76

/** A copy of the bytes with one changed: the bits of `mask` flipped, all of them if it is left out. */
export function flipByte(bytes: Uint8Array, offset: number, mask = 0xff): Uint8Array {
  if (offset < 0 || offset >= bytes.length) throw new RangeError(`no byte ${offset} in ${bytes.length}`)
  const copy = bytes.slice()
  copy[offset] = (copy[offset] as number) ^ mask
  return copy
}

/** Where a byte of a witness stands in a raw block: transaction, input, stack item, byte. */
export function witnessOffset(raw: Uint8Array, tx: number, input: number, item = 0, byte = 0): number {
  const bytes = decodeBlock(raw).transactions[tx]?.inputs[input]?.witness[item]
  if (!bytes || byte >= bytes.length) throw new RangeError(`no witness byte ${tx}/${input}/${item}/${byte}`)
  return bytes.byteOffset - raw.byteOffset + byte
}

/** The block with one transaction changed; nothing else is made right, see `reseal`. */
export function replaceTransaction(
  block: Block,
  index: number,
  change: (body: TransactionBody) => TransactionBody,
): Block {
  const transactions = block.transactions.map((tx, i) => (i === index ? createTransaction(change(tx)) : tx))
  return createBlock(block.header, transactions)
}

/** The block with the witness of one input replaced; nothing else is made right, see `reseal`. */
export const replaceWitness = (block: Block, tx: number, input: number, witness: readonly Uint8Array[]): Block =>
  replaceTransaction(block, tx, body => ({
    ...body,
    inputs: body.inputs.map((old, i) => (i === input ? { ...old, witness } : old)),
  }))

/** The block with another nonce, for which the work holds or, with `holds` false, fails. */
export function changeNonce(block: Block, holds: boolean): Block {
  const next = { ...block.header, nonce: (block.header.nonce + 1) >>> 0 }
  return createBlock(solve(next, holds), block.transactions)
}
