import { readFileSync, writeFileSync } from 'node:fs'
import {
  type Chain,
  type ChainOptions,
  type ChainParams,
  type ChainStore,
  type Clock,
  createLocalVerifier,
  openChain,
  openStore,
  type StoreDatabases,
} from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { type LevelOptions, openLevelDatabases } from '@raistone/consensus/level'
import { type BlockHash, nobleCurve, Reader, Writer } from '@raistone/primitives'

// Loaded by every process that is to be killed, so it imports no more than the ledger itself.

/** Regtest, but that coinbases are mature soon. */
export const params: ChainParams = { ...loadChain('regtest'), coinbaseMaturity: 3 }

/** A day after the genesis block: no block of the story is ahead of it. */
const clock: Clock = { nowMs: () => (params.genesis.header.time + 86_400) * 1000 }

/** As small as LevelDB allows, so that logs and tables are changed often. */
export const smallLevel: LevelOptions = { cacheSize: 1 << 20, writeBufferSize: 1 << 16, maxFileSize: 1 << 20 }

export const openLedger = (store: ChainStore, options: ChainOptions = {}): Promise<Chain> =>
  openChain({ params, store, verifier: createLocalVerifier(nobleCurve), clock }, options)

/** The ledger in a folder; `watch` may put something between the store and its databases. */
export async function openFolder(
  dir: string,
  options: ChainOptions = {},
  watch: (databases: StoreDatabases) => StoreDatabases = databases => databases,
): Promise<Chain> {
  const databases = watch(await openLevelDatabases(dir, smallLevel))
  try {
    return await openLedger(await openStore(databases), options)
  } catch (error) {
    await databases.chainstate.close()
    await databases.blocks.close()
    throw error
  }
}

export function writeBlocks(file: string, blocks: readonly Uint8Array[]): void {
  const writer = new Writer(blocks.reduce((sum, raw) => sum + 4 + raw.length, 0))
  for (const raw of blocks) {
    writer.u32(raw.length)
    writer.raw(raw)
  }
  writeFileSync(file, writer.bytes)
}

export function readBlocks(file: string): Uint8Array[] {
  const reader = new Reader(new Uint8Array(readFileSync(file)))
  const blocks: Uint8Array[] = []
  while (reader.remaining > 0) blocks.push(reader.raw(reader.u32()))
  return blocks
}

/** Opens the ledger in a folder, submits the blocks and closes it; `told` is given each tip. What failed first, if anything did. */
export async function feedFolder(
  opening: Promise<Chain>,
  blocks: readonly Uint8Array[],
  told: BlockHash[],
): Promise<Error | undefined> {
  try {
    const chain = await opening
    chain.events.on('tip', ({ entry }) => told.push(entry.hash))
    const fed = await submit(chain, blocks).catch((error: Error) => error)
    const closed = await chain.close().catch((error: Error) => error)
    return fed ?? closed ?? undefined
  } catch (error) {
    return error as Error
  }
}

/** Submits the blocks, so many before the first of them is answered; one that is refused is a failure of the proof. */
export async function submit(chain: Chain, blocks: readonly Uint8Array[], atOnce = 8): Promise<void> {
  for (let at = 0; at < blocks.length; at += atOnce) {
    for (const { reject } of await Promise.all(blocks.slice(at, at + atOnce).map(raw => chain.submitBlock(raw))))
      if (reject) throw new Error(`a good block is refused: ${reject.rule}`)
  }
}
