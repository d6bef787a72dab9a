import type { BlockHash } from '@raistone/primitives'
import { type CoinFolders, folder } from './coin-folders.js'
import { CoinStore, type CoinsTip } from './coin-store.js'
import type { Database } from './database.js'
import { decodeMeta, encodeMeta, metaKey } from './meta-record.js'
import { NumberedBatches } from './numbered-batches.js'

/**
 * What is known of the snapshot's coins: `loaded`: they have the hash that was asked for; `validated`: they are those that
 * the blocks lead to; `invalid`: they are not; `damaged`: they cannot be read any more.
 */
export type SnapshotState = 'loaded' | 'validated' | 'invalid' | 'damaged'

/** Where a snapshot's coins come from. */
export interface SnapshotBase extends CoinsTip {
  /** `hash_serialized_3` of the coins after this block. */
  readonly coinsHash: string
}

interface Mark extends SnapshotBase {
  readonly state: SnapshotState
}

const markKey = metaKey('snapshot')

async function readMark(blocks: Database): Promise<Mark | undefined> {
  const text = decodeMeta(markKey, await blocks.get(markKey), /^(?!)/)
  const [state, height, hash, coinsHash] = text?.split(' ') ?? []
  if (coinsHash === undefined) return undefined
  return { state: state as SnapshotState, height: Number(height), hash: hash as BlockHash, coinsHash }
}

async function writeMark(blocks: Database, mark: Mark | undefined): Promise<void> {
  const batch = blocks.batch()
  if (!mark) batch.del(markKey)
  else {
    const { state, height, hash, coinsHash } = mark
    batch.put(markKey, encodeMeta(markKey, `${state} ${height} ${hash} ${coinsHash}`))
  }
  await batch.write({ sync: true })
}

/** What becomes of the folders, all being closed. Each step can be interrupted, and is then done by the next start. */
const settling: Readonly<Record<Exclude<SnapshotState, 'loaded'>, (folders: CoinFolders) => Promise<void>>> = {
  validated: async folders => {
    if (!(await folders.has(folder.snapshot))) return
    await folders.remove(folder.coins)
    await folders.rename(folder.snapshot, folder.coins)
  },
  invalid: async folders => {
    if (!(await folders.has(folder.snapshot))) return
    await folders.remove(folder.invalid)
    await folders.rename(folder.snapshot, folder.invalid)
  },
  damaged: folders => folders.remove(folder.snapshot),
}

/**
 * Does with the folders what was decided while they were in use: to be called before `chainstate/` is opened. A snapshot
 * without a mark was not read to its end, and is removed.
 */
export async function settleFolders(blocks: Database, folders: CoinFolders): Promise<void> {
  const mark = await readMark(blocks)
  if (mark?.state === 'loaded') return
  await settling[mark?.state ?? 'damaged'](folders)
  if (mark) await writeMark(blocks, undefined)
}

/** `chainstate_snapshot/`: a second set of coins, beside those in `chainstate/`; at most one at a time. */
export class SnapshotCoins {
  private mark: Mark | undefined
  private database: Database | undefined
  /** The snapshot's coins, and since it was loaded those after the blocks on top of it; undefined if there are none. */
  coins: CoinStore | undefined

  constructor(
    private readonly blocks: Database,
    private readonly folders: CoinFolders,
  ) {}

  /** Opens what was loaded, if anything was; what cannot be used any more is removed. */
  async open(): Promise<void> {
    this.mark = await readMark(this.blocks)
    if (this.mark?.state !== 'loaded') return
    const { database, whole } = await NumberedBatches.open(await this.folders.open(folder.snapshot))
    this.use(database)
    const tip = whole ? await this.coins?.tip().catch(() => undefined) : undefined
    if (!tip) await this.discard('damaged')
  }

  private use(database: Database): void {
    this.database = database
    this.coins = new CoinStore(database)
  }

  /** What the coins were loaded for, while it is not known whether its blocks lead to them. */
  get base(): SnapshotBase | undefined {
    return this.mark?.state === 'loaded' ? this.mark : undefined
  }

  /** An empty set to be filled. Until `keep` it is removed by the next start. */
  async begin(): Promise<CoinStore> {
    await this.folders.remove(folder.snapshot)
    const { database } = await NumberedBatches.open(await this.folders.open(folder.snapshot))
    this.database = database
    return new CoinStore(database)
  }

  /** The set that was begun is whole, and is the chain's from now on. */
  async keep(base: SnapshotBase): Promise<void> {
    const mark = { ...base, state: 'loaded' } as const
    await writeMark(this.blocks, mark)
    this.mark = mark
    this.use(this.database as Database)
  }

  /** The set that was begun is of no use. */
  async abandon(): Promise<void> {
    await this.database?.close()
    this.database = undefined
    await this.folders.remove(folder.snapshot)
  }

  /** Settles what becomes of the coins when the store is closed; until then they can be used. */
  async decide(state: Exclude<SnapshotState, 'loaded'>): Promise<void> {
    if (!this.mark) return
    const mark = { ...this.mark, state }
    await writeMark(this.blocks, mark)
    this.mark = mark
  }

  /** The layout of coins has changed: what was loaded in the old one is removed by the next start. */
  async forget(): Promise<void> {
    const mark = await readMark(this.blocks)
    if (mark) await writeMark(this.blocks, { ...mark, state: 'damaged' })
  }

  /** The coins are not used any more: what becomes of them is done at once. */
  async discard(state: 'invalid' | 'damaged'): Promise<void> {
    await this.decide(state)
    await this.close()
    await settleFolders(this.blocks, this.folders)
    this.mark = undefined
    this.coins = undefined
  }

  async close(): Promise<void> {
    await this.database?.close()
    this.database = undefined
  }

  /** What was decided, all folders being closed and the blocks not. */
  async settle(): Promise<void> {
    if (this.mark) await settleFolders(this.blocks, this.folders)
  }
}
