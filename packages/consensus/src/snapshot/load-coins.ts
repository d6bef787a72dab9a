import type { CoinBatch } from '../store/coin-batch.js'
import { type CoinAt, type CoinStore, type CoinsTip, putCoins } from '../store/coin-store.js'
import { Slices } from '../verify/next-turn.js'
import { SnapshotError } from './snapshot-error.js'
import type { SnapshotReader } from './snapshot-reader.js'

const BATCH_BYTES = 8_000_000
/** Of a coin without its script. */
const COIN_BYTES = 60

/** What is told on the way. */
export interface LoadProgress {
  readonly coins: number
  readonly of: number
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((progress: LoadProgress) => void) | undefined
  /** Bytes of coins that one write takes, roughly: LevelDB builds a batch in memory. */
  readonly batchBytes?: number
}

const sizeOf = (coins: readonly CoinAt[]): number =>
  coins.reduce((sum, [, coin]) => sum + COIN_BYTES + coin.script.length, 0)

/** Brings all coins of a file to an empty store, in slices. Throws a SnapshotError or a StoreError. */
export async function loadCoins(
  reader: SnapshotReader,
  store: CoinStore,
  base: CoinsTip,
  { signal, progress, batchBytes = BATCH_BYTES }: LoadOptions = {},
): Promise<void> {
  const slices = new Slices()
  let batch: CoinBatch = store.batch()
  let [bytes, coins] = [0, 0]
  for await (const step of reader.coins(base.height)) {
    if (signal?.aborted) throw new SnapshotError('loading was ended')
    putCoins(batch, step)
    bytes += sizeOf(step)
    coins += step.length
    if (bytes >= batchBytes) {
      await batch.write(base)
      batch = store.batch()
      bytes = 0
      progress?.({ coins, of: Number(reader.head.coins) })
    }
    if (slices.over) await slices.pause()
  }
  await batch.write(base)
}
