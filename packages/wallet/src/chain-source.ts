import type { BlockHash, Height, Txid } from '@raistone/primitives'

export interface ChainTip {
  readonly height: Height
  readonly hash: BlockHash
}

/** Where a wallet learns of the chain: a node asked by JSON-RPC, later a light peer. */
export interface ChainSource {
  tip(): Promise<ChainTip>
  /** Of the best chain; undefined above its tip. */
  hashAt(height: Height): Promise<BlockHash | undefined>
  /** Raw blocks, in the order asked for. */
  blocks(hashes: readonly BlockHash[]): Promise<readonly Uint8Array[]>
  /** Raw transactions that wait for a block. */
  mempool(): Promise<readonly Uint8Array[]>
  /** Gives a transaction to the network; throws a WalletError `refused` with the node's reason if it is not taken. */
  broadcast(raw: Uint8Array): Promise<Txid>
}
