declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Hash of a transaction without its witnesses, hex in display order. */
export type Txid = Brand<string, 'Txid'>
/** Hash of a transaction with its witnesses (BIP-0141), hex in display order. */
export type Wtxid = Brand<string, 'Wtxid'>
/** Hash of a block header, hex in display order. */
export type BlockHash = Brand<string, 'BlockHash'>
/** Root of a tree of transaction ids, hex in display order. */
export type MerkleRoot = Brand<string, 'MerkleRoot'>
/** Hash of a block's filter (BIP-0157), hex in display order. */
export type FilterHash = Brand<string, 'FilterHash'>
/** Commits to the filters of a block and of all before it (BIP-0157), hex in display order. */
export type FilterHeader = Brand<string, 'FilterHeader'>
/** `txid:vout`: an outpoint as a map key. */
export type OutpointKey = Brand<string, 'Outpoint'>

/** 32 zero bytes: the parent of a genesis block and the transaction a coinbase "spends". */
export const ZERO_HASH = '00'.repeat(32)

/** Whether the text is 64 hex digits, the form of every id. */
export const isHash32 = (text: string): boolean => /^[0-9a-fA-F]{64}$/.test(text)
