import {
  type Block,
  type BlockHash,
  DecodeError,
  decodeBlock,
  type Header,
  hashHeaders,
  toDisplayHex,
} from '@raistone/primitives'
import type { Clock } from '../clock.js'
import { type BlockStore, recordKind } from '../store/block-store.js'
import type { ChainStore } from '../store/chain-store.js'
import { headerOf } from '../store/entry-record.js'
import { Slices } from '../verify/next-turn.js'
import { acceptBlock, type BlockJudge } from './accept-block.js'
import { acceptHeader } from './accept-header.js'
import type { OpenProgress } from './options.js'
import type { BlockRecords } from './records.js'

export interface ReindexDeps {
  /** Its tree has the genesis block only. */
  readonly judge: Omit<BlockJudge, 'clock'>
  readonly store: ChainStore
  readonly records: BlockRecords
  readonly tell: (progress: OpenProgress) => void
  readonly signal: AbortSignal | undefined
}

/** Headers and deletions that may wait for the next write. */
const MOST_UNWRITTEN = 2000

/** Times were compared with the clock when the blocks came: a clock that is wrong now must not cost a single one. */
const noClock: Clock = { nowMs: () => Number.MAX_SAFE_INTEGER }

function decoded(bytes: Uint8Array): Block | undefined {
  try {
    return decodeBlock(bytes)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** Judges what is stored as if it had just come. */
class Reindexing {
  private readonly judge: BlockJudge
  private readonly blockStore: BlockStore
  private readonly slices = new Slices()
  /** Numbers of the records of blocks whose parent's header has not been found yet, by its hash. */
  private readonly waiting = new Map<BlockHash, number[]>()
  /** Of no use: keys of headers that are refused, and numbers of records. */
  private uselessKeys: Uint8Array[] = []
  private useless: number[] = []
  private blocks = 0
  private transactions = 0

  constructor(private readonly deps: ReindexDeps) {
    this.judge = { ...deps.judge, clock: noClock }
    this.blockStore = deps.store.blocks
  }

  /** Headers first: a block that is lost leaves a gap to be filled, and not nothing behind it. */
  async readHeaders(): Promise<void> {
    for await (const step of this.blockStore.keyedEntries()) {
      const headers = step.map(([, entry]) => entry && headerOf(entry))
      const hashes = hashHeaders(headers.filter(header => header !== undefined)).values()
      for (const [i, [key, entry]] of step.entries()) {
        if (this.ended) return
        const header = headers[i]
        if (!entry || !header || !this.takeHeader(header, toDisplayHex(entry.hash), hashes.next().value as BlockHash))
          this.uselessKeys.push(key)
        if (this.slices.over) await this.slices.pause()
      }
      await this.writeSome()
    }
  }

  private takeHeader(header: Header, stored: string, computed: BlockHash): boolean {
    if (stored !== computed) return false
    const outcome = acceptHeader(header, this.judge, computed)
    if (outcome.reject) return false
    if (outcome.value.fresh) this.deps.records.touch(outcome.value.entry)
    return true
  }

  async readBlocks(): Promise<void> {
    for await (const { number, share, bytes } of this.blockStore.storedBlocks()) {
      if (this.ended) return
      const block = bytes && decoded(bytes)
      if (block) await this.take(number, block)
      else this.useless.push(number)
      const { height } = this.judge.tree.bestHeader
      const { blocks, transactions } = this
      this.deps.tell({ phase: 'reindex', height, target: height, blocks, transactions, share })
      await this.writeSome()
      if (this.slices.over) await this.slices.pause()
    }
    // Nobody has the header of their parent: they are fetched again when somebody tells it.
    for (const numbers of this.waiting.values()) this.useless.push(...numbers)
  }

  get ended(): boolean {
    return this.deps.signal?.aborted === true
  }

  /** Finds the block's place, and then that of those that waited for it. */
  private async take(number: number, block: Block): Promise<void> {
    const ready = this.place(number, block)
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
      const bytes = await this.blockStore.read(next, recordKind.block)
      const child = bytes && decoded(bytes)
      if (child) ready.push(...this.place(next, child))
      await this.writeSome()
      if (this.slices.over) await this.slices.pause()
    }
  }

  private wait(number: number, { header: { prev } }: Block): void {
    const siblings = this.waiting.get(prev)
    if (siblings) siblings.push(number)
    else this.waiting.set(prev, [number])
  }

  /** Judges a block if the header of its parent is known; the numbers of those that waited for its own. */
  private place(number: number, block: Block): number[] {
    if (!this.judge.tree.look(block.header.prev)) {
      this.wait(number, block)
      return []
    }
    this.accept(number, block)
    const released = this.waiting.get(block.hash) ?? []
    this.waiting.delete(block.hash)
    return released
  }

  private accept(number: number, block: Block): void {
    const { judge } = this
    const { records } = this.deps
    const outcome = acceptBlock(
      block,
      judge,
      {
        touch: entry => records.touch(entry),
        wasPruned: () => false,
        putBlock: entry => records.adoptBlock(entry, number),
      },
      entry => {
        judge.tree.fail(entry)
        records.touch(entry)
      },
    )
    if (outcome.reject || outcome.value.duplicate) {
      this.useless.push(number)
      return
    }
    this.blocks++
    this.transactions += block.transactions.length
  }

  private async writeSome(): Promise<void> {
    if (this.deps.records.unwritten > MOST_UNWRITTEN) await this.deps.records.commit()
    if (this.useless.length + this.uselessKeys.length > MOST_UNWRITTEN) await this.forget()
  }

  async write(): Promise<void> {
    await this.deps.records.commit()
    await this.forget()
  }

  private async forget(): Promise<void> {
    await this.blockStore.forget(this.uselessKeys.splice(0), this.useless.splice(0))
  }
}

/**
 * Judges all stored headers and raw blocks anew by every rule that needs no coins, so that what is known of them rests on
 * nothing but them. Undo data go, since blocks are connected anew. What was removed on purpose counts as missing. If it is
 * interrupted or ended, the mark of the store makes the next start begin it again.
 */
export async function reindex(deps: ReindexDeps): Promise<void> {
  const { store } = deps
  const reindexing = new Reindexing(deps)
  await store.blocks.notPruned()
  await reindexing.readHeaders()
  await reindexing.readBlocks()
  await reindexing.write()
  if (!reindexing.ended) await store.reindexed()
}
