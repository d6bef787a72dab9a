import {
  type Block,
  type BlockHash,
  DecodeError,
  decodeBlockInSteps,
  type Header,
  type Height,
  hashHeaders,
  type OutpointKey,
} from '@raistone/primitives'
import { nowSec } from '../clock.js'
import type { Coin, CoinView } from '../coin.js'
import type { Events } from '../emitter.js'
import type { ChainParams } from '../params/chain-params.js'
import { type CoinStatistics, measureCoins } from '../statistics/coin-statistics.js'
import { decodeUndo } from '../store/undo-record.js'
import type { Reject, Verdict } from '../verdict.js'
import { inSlices, Slices } from '../verify/next-turn.js'
import { acceptHeader } from './accept-header.js'
import type { BlockEntry } from './block-entry.js'
import { type BranchTip, branchTips } from './branch-tips.js'
import type { ChainParts } from './chain-parts.js'
import { type Chainstate, chainstatesOf } from './chainstates.js'
import { checkTemplate } from './check-template.js'
import { invalidate, prefer, reconsider } from './controls.js'
import { Engine } from './engine.js'
import type { ChainEvents } from './events.js'
import { entriesAfter, entriesMissing, locatorOf } from './locate.js'
import type { ChainDump, LoadedSnapshot, SnapshotOptions } from './snapshots.js'
import type { Submitted, SubmittedHeaders } from './submitted.js'
import type { TreeEntry } from './tree-entry.js'
import { blocksToVerify, type Verified, type VerifyOptions, verifyChain } from './verify-chain.js'

async function decodedOrError(raw: Uint8Array, slices: Slices): Promise<Block | DecodeError> {
  try {
    return await inSlices(decodeBlockInSteps(raw), slices)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** Headers that may wait for the next write of blocks. */
const MOST_UNWRITTEN = 2000

/**
 * The best chain and its coins. Blocks are judged one after the other in the order they are submitted; what the
 * chain shows and tells is on the disk. An I/O failure stops it for good: every later call throws, and `failed` tells.
 */
export class Chain {
  readonly params: ChainParams
  readonly events: Events<ChainEvents>
  private readonly engine: Engine
  private downloading = true
  /** Ends what takes long. */
  private readonly closing = new AbortController()

  /** To be made by `openChain`. */
  constructor(private readonly parts: ChainParts) {
    this.params = parts.params
    this.engine = new Engine(parts, () => this.initialDownload)
    this.events = this.engine.emitter
    this.keepBlocksAbove(() => (this.historyFrom ?? Number.POSITIVE_INFINITY) - 1)
  }

  get tip(): BlockEntry {
    return this.engine.teller.tip
  }

  /** Resolves with the reason when the chain can do no more work; never otherwise. */
  get failed(): Promise<Error> {
    return this.engine.turns.failed
  }

  /** Connected blocks by height: the ledger may be ahead until the next write. */
  private get path(): readonly TreeEntry[] {
    return this.engine.teller.path
  }

  /** Most work among headers not known to be invalid. */
  get bestHeader(): BlockEntry {
    return this.parts.tree.bestHeader
  }

  /** Core's meaning: until the tip first has the minimum work and is not older than a day; then never again. */
  get initialDownload(): boolean {
    const { clock, maxTipAgeSec } = this.parts
    const { chainWork, header } = this.tip
    if (chainWork >= this.params.minimumChainWork && header.time >= nowSec(clock) - maxTipAgeSec)
      this.downloading = false
    return this.downloading
  }

  /** ECDSA and Schnorr verifications executed for blocks since the chain was opened. */
  get signaturesChecked(): number {
    return this.parts.ledger.tally.signatures
  }

  entry(hash: BlockHash): BlockEntry | undefined {
    return this.parts.tree.get(hash)
  }

  /** Of the active chain. */
  entryAt(height: Height): BlockEntry | undefined {
    return this.path[height]
  }

  isActive(entry: BlockEntry): boolean {
    return this.path[entry.height] === entry
  }

  /** The end of every branch, the highest first. */
  tips(): BranchTip[] {
    return branchTips(this.parts.tree, this.path)
  }

  /** The rule that a block broke, if that was since the chain was opened and nobody asked to try it again. */
  whyInvalid(entry: BlockEntry): Reject | undefined {
    const known = entry as TreeEntry
    return known.failed ? this.engine.reasons.get(known) : undefined
  }

  /** Leaves a block and all that is built on it, for good; the genesis block cannot be left. */
  async invalidate(entry: BlockEntry): Promise<void> {
    if (!entry.parent) throw new RangeError('the genesis block cannot be invalid')
    if (this.engine.snapshots.history?.isOnTheWay(entry as TreeEntry))
      throw new RangeError('a block that a snapshot stands for cannot be left before it is verified')
    return this.engine.control(deps => invalidate(entry as TreeEntry, deps))
  }

  /** Tries a block, what it is built on and what is built on it again. */
  reconsider(entry: BlockEntry): Promise<void> {
    return this.engine.control(deps => reconsider(entry as TreeEntry, deps))
  }

  /** Prefers a block to all others with as much work, until the chain is closed. */
  prefer(entry: BlockEntry): Promise<void> {
    return this.engine.control(deps => prefer(entry as TreeEntry, deps))
  }

  locator(from: BlockEntry = this.tip): BlockHash[] {
    return locatorOf(from as TreeEntry, this.path, this.parts.tree)
  }

  /** Active blocks after the highest one the locator names, `stop` being the last. */
  afterLocator(locator: readonly BlockHash[], most: number, stop?: BlockHash): BlockEntry[] {
    return entriesAfter(locator, most, stop, this.path, this.parts.tree)
  }

  /** Next blocks to fetch: of the best header chain, lowest first; then those that a snapshot stands for. */
  missingBlocks(most: number): BlockEntry[] {
    const { tree, records } = this.parts
    const missing = entriesMissing(most, this.path, tree, records.lost)
    const { history } = this.engine.snapshots
    return history ? [...missing, ...history.missing(most - missing.length, this.path)] : missing
  }

  /** Adds headers, parents before children, up to the first that is refused. */
  submitHeaders(headers: readonly Header[]): SubmittedHeaders {
    this.engine.turns.assertWorking()
    const hashes = hashHeaders(headers)
    for (const [at, header] of headers.entries()) {
      const outcome = acceptHeader(header, this.parts, hashes[at])
      if (outcome.reject) return { accepted: at, reject: { ...outcome.reject, at } }
      const { entry, fresh } = outcome.value
      if (fresh) this.parts.records.touch(entry)
    }
    if (this.parts.records.unwritten > MOST_UNWRITTEN) this.engine.turns.nudge()
    return { accepted: headers.length }
  }

  /**
   * Judges a block, decoded or as bytes, and connects it if it makes the best chain. Rejects with a DecodeError for bytes
   * that are none.
   */
  async submitBlock(given: Uint8Array | Block): Promise<Submitted> {
    const result = await this.engine.turns.take<Submitted | DecodeError>(async answer => {
      const block = 'raw' in given ? given : await decodedOrError(given, this.parts.slices)
      const submitted = block instanceof DecodeError ? () => block : await this.engine.takeBlock(block)
      this.engine.answerLater(() => answer(submitted()))
    })
    if (result instanceof DecodeError) throw result
    return result
  }

  /** Everything but proof of work, for a block on top of the tip that may be unsolved. */
  checkTemplate(block: Block): Promise<Verdict> {
    return this.engine.work(() => checkTemplate(block, this.parts))
  }

  /** The raw block; undefined if it never came or can no longer be read. */
  async blockBytes(hash: BlockHash): Promise<Uint8Array | undefined> {
    const entry = this.parts.tree.get(hash)
    if (!entry) return undefined
    return entry.parent ? this.parts.records.block(entry) : this.params.genesis.raw
  }

  async block(hash: BlockHash): Promise<Block | undefined> {
    const raw = await this.blockBytes(hash)
    return raw && inSlices(decodeBlockInSteps(raw), new Slices())
  }

  /** The coins that a block spent, per transaction, if it was ever connected. */
  async spentCoins(hash: BlockHash): Promise<(readonly Coin[])[] | undefined> {
    const entry = this.parts.tree.get(hash)
    if (!entry) return undefined
    if (!entry.parent) return this.params.genesis.transactions.map(() => [])
    const undo = await this.parts.records.undo(entry)
    return undo && [...decodeUndo(undo)]
  }

  /** A view of these coins as they are after the tip. */
  async coins(keys: Iterable<OutpointKey>): Promise<CoinView> {
    this.engine.turns.assertWorking()
    const { coins, ledger } = this.parts
    const wanted = [...keys]
    const { version } = coins
    if (ledger.head === this.tip) {
      const view = await this.engine.turns.guard(coins.load(wanted))
      if (version === coins.version && coins === this.parts.coins) return view
    }
    // Answered at once: what waited for the next write would be older than the tip told by then.
    return this.engine.turns.take(async answer => {
      await this.engine.land()
      await this.engine.write()
      answer(await this.parts.coins.load(wanted))
    })
  }

  /** Counts and hashes all coins, in slices; later blocks do not disturb it. */
  async statistics(): Promise<CoinStatistics> {
    const { ledger, store } = this.parts
    const { walk, tip } = await this.engine.work(async () => {
      await this.engine.flushCoins()
      const { height, hash: bestBlock } = ledger.head
      return { walk: store.bestCoins.walk(), tip: { height, bestBlock } }
    })
    return this.engine.turns.guard(measureCoins(walk, tip, await store.coinsOnDisk()))
  }

  /** The coins after the tip as a file; later blocks do not disturb it. */
  dump(): Promise<ChainDump> {
    return this.engine.snapshots.dump(this.path)
  }

  /**
   * Works on the coins of a snapshot from now on, and verifies the blocks that they come from behind. Throws a SnapshotError
   * that says why not.
   */
  loadSnapshot(source: AsyncIterable<Uint8Array>, options: SnapshotOptions = {}): Promise<LoadedSnapshot> {
    this.engine.turns.assertWorking()
    return this.engine.snapshots.load(source, options)
  }

  /** Whether a snapshot stands for the block, which is not verified yet and may not be here. */
  isAssumed(entry: BlockEntry): boolean {
    return this.engine.snapshots.isAssumed(entry as TreeEntry)
  }

  /** Blocks from this height on are needed for verifying what a snapshot stands for; undefined if there is none. */
  get historyFrom(): Height | undefined {
    return this.engine.snapshots.history?.neededFrom
  }

  /** Each set of coins with how far it has come, that of the best chain last. */
  get chainstates(): Chainstate[] {
    return chainstatesOf(this.tip, this.parts.coins, this.engine.snapshots.history)
  }

  /** Height up to which blocks and undo data have been removed; 0 for none. */
  get prunedTo(): Height {
    return this.parts.records.prunedTo
  }

  /** How blocks are removed; undefined where all are kept. */
  get pruning(): { readonly targetBytes: number | undefined } | undefined {
    return this.parts.pruner
  }

  /** Removes blocks up to this height, or as high as may be; the height that was reached. */
  prune(height: Height): Promise<Height> {
    return this.engine.work(async () => {
      const { ledger, pruner } = this.parts
      await this.engine.flushCoins()
      await pruner?.removeTo(Math.min(height, pruner.limit(ledger.head.height)))
      return this.prunedTo
    })
  }

  /** Verifies the last blocks again; what comes meanwhile waits. Closing the chain ends it early. */
  verify(options: Omit<VerifyOptions, 'signal'>): Promise<Verified> {
    const { signal } = this.closing
    return this.engine.work(async () => {
      const base = this.engine.snapshots.history?.base
      const blocks = blocksToVerify(options.blocks, this.parts.ledger.head, base)
      const none = { blocks: 0, fault: undefined, skipped: undefined }
      const verified = blocks > 0 ? await verifyChain(this.parts, { ...options, blocks, signal }) : none
      // What a snapshot stands for is not here, as if it were pruned.
      return base && blocks !== options.blocks ? { ...verified, skipped: verified.skipped ?? 'pruned' } : verified
    })
  }

  /** Blocks above the height that this tells are not removed, until what it returns is called. */
  keepBlocksAbove(height: () => Height): () => void {
    const holds = this.parts.pruner?.holds
    holds?.add(height)
    return () => holds?.delete(height)
  }

  /** Has the next start make the coins again, and with them undo data that cannot be read. */
  requestRebuild(): Promise<void> {
    return this.engine.turns.guard(this.parts.store.requestRebuild())
  }

  /** Flushes the coins if nothing was connected for so long, and a crash would cost a lot; whether it did. To be called now and then. */
  flushIfIdle(idleMs: number, nowMs = performance.now()): Promise<boolean> {
    return this.engine.flushIfIdle(idleMs, nowMs)
  }

  /** Brings everything, coins included, to the disk. */
  flush(): Promise<void> {
    return this.engine.flush()
  }

  /** Finishes the work in hand, flushes and closes the store; rejects if that fails, the store being closed all the same. */
  close(): Promise<void> {
    this.closing.abort()
    return this.engine.close()
  }
}
