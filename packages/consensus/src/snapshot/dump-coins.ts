import type { BlockHash } from '@raistone/primitives'
import { hashCoins } from '../statistics/coin-statistics.js'
import type { CoinWalk } from '../store/coin-store.js'
import { writeSnapshot } from './snapshot-writer.js'

/** A coin set as a file that can be loaded elsewhere. */
export interface CoinDump {
  readonly coins: number
  /** Core's `hash_serialized_3`, display order. */
  readonly coinsHash: string
  /** The file; to be read to its end or returned. */
  readonly pieces: AsyncGenerator<Uint8Array>
}

/** Counts and hashes the coins with one walk, and will write them with another that sees the same. Throws a StoreError. */
export async function dumpCoins(
  of: { readonly magic: string; readonly base: BlockHash },
  counted: CoinWalk,
  written: CoinWalk,
): Promise<CoinDump> {
  try {
    const { coins, coinsHash } = await hashCoins(counted)
    return { coins, coinsHash, pieces: writeSnapshot({ ...of, coins }, written) }
  } catch (error) {
    await written.close()
    throw error
  }
}
