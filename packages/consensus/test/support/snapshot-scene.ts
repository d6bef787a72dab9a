import { readdirSync } from 'node:fs'
import type { Block } from '@raistone/primitives'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import type { Chainstate } from '../../src/chain/chainstates.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { ChainStore } from '../../src/store/chain-store.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { Branch } from './branch.js'
import { FailingDisk } from './failing-disk.js'
import { feed, liveClock, liveParams, openInMemory, openWith } from './live-chain.js'
import { gather, inPieces } from './snapshots.js'

const opened: Chain[] = []

/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const chain of opened.splice(0)) await chain.close().catch(() => undefined)
  removeTempDirs()
}

export const BASE = 20
export const main = new Branch(1).mineBusy(BASE + 6)
export const before = main.blocks.slice(0, BASE)
export const after = main.blocks.slice(BASE)
export const base = before.at(-1) as Block

/** What a node that has seen the blocks writes of its coins. */
export async function dumpOf(blocks: readonly Block[]) {
  const chain = await openInMemory()
  await feed(chain, blocks)
  const dump = await chain.dump()
  const file = await gather(dump.pieces)
  await chain.close()
  return { ...dump, file }
}

/** The snapshot of the base. */
export const { file, coinsHash, coins } = await dumpOf(before)

export const load = (chain: Chain, bytes = file, trusted: string | undefined = coinsHash) =>
  chain.loadSnapshot(inPieces(bytes, 1000), { trusted })

export interface Place {
  readonly open: () => Promise<ChainStore>
  /** Names of the folders of coins that are there. */
  readonly folders: () => Promise<string[]>
}

const inLevel = async (): Promise<Place> => {
  const dir = tempDir()
  const names = (): string[] => readdirSync(dir).filter(name => name.startsWith('chainstate'))
  return { open: () => openLevelStore(dir), folders: () => Promise.resolve(names().sort()) }
}

export const inMemory = async (): Promise<Place> => {
  const disk = await FailingDisk.create()
  const names = ['chainstate', 'chainstate_snapshot', 'chainstate_snapshot_INVALID']
  const folders = async (): Promise<string[]> => {
    const there = await Promise.all(names.map(name => disk.folders.has(name)))
    return names.filter((_, i) => there[i])
  }
  return { open: () => disk.openStore(), folders }
}

export const kinds: readonly (readonly [string, () => Promise<Place>])[] = [
  ['in LevelDB', inLevel],
  ['in memory', inMemory],
]

export async function open(place: Place, options?: ChainOptions, params = liveParams): Promise<Chain> {
  const chain = await openWith(params, await place.open(), liveClock, options)
  opened.push(chain)
  return chain
}

export const closeLast = async (): Promise<void> => {
  await opened.pop()?.close()
}

export const headersOf = (blocks: readonly Block[]) => blocks.map(({ header }) => header)

/** History is compared with the snapshot. */
export const judged = (chain: Chain): Promise<boolean> =>
  new Promise(resolve => chain.events.on('judged', ({ valid }) => resolve(valid)))

/** History is verified up to this height. */
export const verified = (chain: Chain, height: number): Promise<void> =>
  new Promise(resolve => {
    const isThere = (): boolean => (chain.chainstates[0] as Chainstate).tip.height >= height
    if (isThere()) resolve()
    else chain.events.on('verified', () => isThere() && resolve())
  })

/** Each set of coins: height, height of the snapshot, whether it rests on verified blocks. */
export const statesOf = (chain: Chain) =>
  chain.chainstates.map(({ tip, snapshot, validated }) => [
    tip.height,
    snapshot && chain.entry(snapshot)?.height,
    validated,
  ])

export const missing = (chain: Chain): number[] => chain.missingBlocks(1000).map(({ height }) => height)
