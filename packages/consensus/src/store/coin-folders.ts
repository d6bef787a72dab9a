import type { Database } from './database.js'

/** Where databases of coins are, by name. What is done with one is on the disk when the call returns. */
export interface CoinFolders {
  /** Opens or creates it. Throws a StoreError. */
  open(name: string): Promise<Database>
  has(name: string): Promise<boolean>
  /** Of one that is closed; there is none of the new name. */
  rename(from: string, to: string): Promise<void>
  /** Of one that is closed, if there is any. */
  remove(name: string): Promise<void>
}

/** Names of the folders of coins. */
export const folder = {
  coins: 'chainstate',
  /** The coins that were read from a snapshot, while the blocks that they come from are not verified. */
  snapshot: 'chainstate_snapshot',
  /** A snapshot whose coins are not those that its blocks lead to, for whoever wants to know what it was. */
  invalid: 'chainstate_snapshot_INVALID',
} as const
