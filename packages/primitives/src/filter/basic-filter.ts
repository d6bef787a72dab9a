import type { Block } from '../block.js'
import { fromDisplayHex, toDisplayHex } from '../codec/hex.js'
import { hash256, hash256Parts } from '../hash/hash.js'
import type { BlockHash, FilterHash, FilterHeader } from '../ids.js'
import { encodeGolombSet, golombSetHasAny } from './golomb-set.js'

const OP_RETURN = 0x6a
const KEY_BYTES = 16

/** The first half of the block's hash: nobody can choose scripts that fall on each other in it. */
const keyOf = (block: BlockHash): Uint8Array => fromDisplayHex(block).subarray(0, KEY_BYTES)

function* scriptsOf({ transactions }: Pick<Block, 'transactions'>, spent: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const { outputs } of transactions)
    for (const { script } of outputs) if (script.length > 0 && script[0] !== OP_RETURN) yield script
  for (const script of spent) if (script.length > 0) yield script
}

/**
 * The basic filter of a block (BIP-0158): the scripts of its outputs and of the coins that it spends, by which a wallet
 * finds out whether the block concerns it.
 */
export const basicFilter = (block: Pick<Block, 'hash' | 'transactions'>, spent: Iterable<Uint8Array>): Uint8Array =>
  encodeGolombSet(scriptsOf(block, spent), keyOf(block.hash))

/**
 * Whether the block may pay to one of the scripts or spend from it: surely yes if it does, in one of 784,931 cases for
 * each script if it does not. Throws a DecodeError for bytes that are no filter.
 */
export const basicFilterMatches = (filter: Uint8Array, block: BlockHash, scripts: Iterable<Uint8Array>): boolean =>
  golombSetHasAny(filter, scripts, keyOf(block))

/** BIP-0157. */
export const filterHash = (filter: Uint8Array): FilterHash => toDisplayHex(hash256(filter)) as FilterHash

/** Commits to a block's filter and those of all its ancestors (BIP-0157); before the genesis block stand 32 zero bytes. */
export const filterHeader = (hash: FilterHash, previous: FilterHeader): FilterHeader =>
  toDisplayHex(hash256Parts(fromDisplayHex(hash), fromDisplayHex(previous))) as FilterHeader
