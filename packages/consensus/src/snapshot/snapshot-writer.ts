import { type BlockHash, concatBytes, encode, fromDisplayHex, fromHex } from '@raistone/primitives'
import type { CoinWalk } from '../store/coin-store.js'
import { Slices } from '../verify/next-turn.js'
import { encodeCoins, FILE_MAGIC, FILE_VERSION, type OutputCoin, snapshotHead } from './snapshot-file.js'

/** What stands before the coins. */
export interface SnapshotOf {
  /** The chain's magic, hex in file order. */
  readonly magic: string
  readonly base: BlockHash
  readonly coins: number
}

/** Bytes that are handed over together, at least. */
const PIECE_BYTES = 1 << 18
const STEP = 200

/** The file of a coin set, piece by piece, in slices; closes the walk. Throws a StoreError. */
export async function* writeSnapshot(of: SnapshotOf, walk: CoinWalk): AsyncGenerator<Uint8Array> {
  const slices = new Slices()
  let parts = [
    encode(snapshotHead, {
      magic: FILE_MAGIC,
      version: FILE_VERSION,
      network: fromHex(of.magic),
      base: of.base,
      coins: BigInt(of.coins),
    }),
  ]
  let bytes = 0
  let txid = ''
  let outputs: OutputCoin[] = []
  const endTransaction = (): void => {
    if (outputs.length === 0) return
    const part = encodeCoins(fromDisplayHex(txid), outputs)
    parts.push(part)
    bytes += part.length
    outputs = []
  }
  try {
    for (let coins = await walk.next(STEP); coins.length > 0; coins = await walk.next(STEP)) {
      for (const [at, coin] of coins) {
        if (!at.startsWith(txid) || txid === '') endTransaction()
        txid = at.slice(0, 64)
        outputs.push({ vout: Number(at.slice(65)), coin })
        if (slices.over) await slices.pause()
      }
      if (bytes >= PIECE_BYTES) {
        yield concatBytes(...parts)
        parts = []
        bytes = 0
      }
    }
    endTransaction()
    yield concatBytes(...parts)
  } finally {
    await walk.close()
  }
}
