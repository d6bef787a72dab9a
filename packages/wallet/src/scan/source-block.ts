import {
  type Block,
  type BlockHash,
  decodeBlock,
  decodeTransaction,
  merkleRoot,
  type Transaction,
} from '@raistone/primitives'
import { WalletError } from '../wallet-error.js'

function decoded<T>(decode: (raw: Uint8Array) => T, raw: Uint8Array, what: string): T {
  try {
    return decode(raw)
  } catch {
    throw new WalletError('source', `the node gave something that is no ${what}`)
  }
}

export const sourceTransaction = (raw: Uint8Array): Transaction => decoded(decodeTransaction, raw, 'transaction')

/**
 * The block that was asked for, with the transactions its header commits to: what a node makes up must not stand in a
 * wallet's history. Throws a WalletError `source`.
 */
export function sourceBlock(raw: Uint8Array, asked: BlockHash): Block {
  const block = decoded(decodeBlock, raw, 'block')
  if (block.hash !== asked) throw new WalletError('source', `the node gave block ${block.hash} instead of ${asked}`)
  const { root, mutated } = merkleRoot(block.transactions.map(({ txid }) => txid))
  if (root !== block.header.merkleRoot || mutated)
    throw new WalletError('source', `the node gave block ${asked} with other transactions than its own`)
  return block
}
