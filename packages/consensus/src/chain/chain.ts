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
import { Emitter, type Events } from '../emitter.js'
import type { ChainParams } from '../params/chain-params.js'
import { type CoinDump, dumpCoins } from '../snapshot/dump-coins.js'
import { type CoinStatistics, measureCoins } from '../statistics/coin-statistics.js'
import { isDamage } from '../store/store-error.js'
import { decodeUndo } from '../store/undo-record.js'
import type { Reject, Verdict } from '../verdict.js'
import { inSlices, Slices } from '../verify/next-turn.js'
import { acceptBlockInSteps } from './accept-block.js'
import { acceptHeader } from './accept-header.js'
import { type ActivationDeps, activateBest, settleNext } from './activate.js'
import type { BlockEntry } from './block-entry.js'
import { type BranchTip, branchTips } from './branch-tips.js'
import type { ChainParts, Coinage } from './chain-parts.js'
import { type Chainstate, chainstatesOf } from './chainstates.js'
import { checkTemplate } from './check-template.js'
import { invalidate, prefer, reconsider } from './controls.js'
import type { ChainEvents } from './events.js'
import type { Failed, Step } from './ledger.js'
import { entriesAfter, entriesMissing, locatorOf } from './locate.js'
import { ReplayDebt } from './replay-debt.js'
import { type LoadedSnapshot, type SnapshotOptions, Snapshots } from './snapshots.js'
import type { Submitted, SubmittedHeaders } from './submitted.js'
import { Teller } from './teller.js'
import { transactionsUpTo } from './transaction-count.js'
import type { TreeEntry } from './tree-entry.js'
import { Turns } from './turns.js'
import { blocksToVerify, type Verified, type VerifyOptions, verifyChain } from './verify-chain.js'

async function decodedOrError(raw: Uint8Array, slices: Slices): Promise<Block | DecodeError> {
  try {
    return await inSlices(decodeBlockInSteps(raw), slices)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** A file of all coins, and the block that they belong to. */
export interface ChainDump extends CoinDump {
  readonly base: BlockEntry
  /** Transactions of the chain up to there; undefined where a snapshot stands for blocks that never came. */
  readonly chainTxCount: number | undefined
}

/** Headers that may wait for the next write of blocks. */
const MOST_UNWRITTEN = 2000
/** How long a group of blocks may wait for others before it is written. */
const GROUP_MS = 250

/**
 * The best chain and its coins. Blocks are judged one after the other in the order they are submitted; what the
 * chain shows and tells is on the disk. An I/O failure stops it for good: every later call throws, and `failed` tells.
 */
export class Chain {
  readonly params: ChainParams
  readonly events: Events<ChainEvents>
  private readonly emitter = new Emitter<ChainEvents>()
  private readonly turns: Turns
  private readonly teller: Teller
  /** Why blocks failed, as long as we remember. */
  private readonly reasons = new Map<TreeEntry, Reject>()
  private activation: ActivationDeps
  private readonly snapshots: Snapshots
  private groupSince = 0
  private readonly debt = new ReplayDebt()
  /** When something was last connected or taken back. */
  private steppedMs = 0
  /** A write that is under way while other work goes on. */
  private writing: Promise<void> | undefined
  private downloading = true
  /** Ends what takes long. */
  private readonly closing = new AbortController()

  /** To be made by `openChain`. */
  constructor(private readonly parts: ChainParts) {
    this.params = parts.params
    this.events = this.emitter
    this.turns = new Turns(
      () => this.settle(),
      why => this.noteFailure(why),
    )
    this.teller = new Teller(this.emitter, [...parts.ledger.path], () => this.initialDownload)
    this.activation = this.activationOf(parts)
    this.snapshots = new Snapshots(parts, {
      work: run => this.work(run),
      guard: work => this.turns.guard(work),
      flush: () => this.flushCoins(),
      replace: coinage => this.replace(coinage),
      activate: () => this.activate(),
      verified: entry => this.emitter.emit('verified', { entry }),
      judged: verdict => this.emitter.emit('judged', verdict),
    })
    this.keepBlocksAbove(() => (this.snapshots.history?.neededFrom ?? Number.POSITIVE_INFINITY) - 1)
    if (this.snapshots.history) this.turns.nudge()
  }

  private activationOf({ tree, ledger, records, coins, pruner, mostHeight }: ChainParts): ActivationDeps {
    return {
      tree,
      ledger,
      records,
      mayBegin: height => height <= mostHeight,
      mustFlush: () => coins.full || this.debt.tooMuch || pruner?.due(ledger.head.height) === true,
      flush: () => this.flushCoins(),
      stepped: step => this.stepped(step),
      failed: failure => this.remember(failure),
    }
  }

  /** Goes on with other coins. */
  private async replace({ coins, ledger }: Coinage): Promise<void> {
    this.parts.coins = coins
    this.parts.ledger = ledger
    this.activation = this.activationOf(this.parts)
    this.debt.clear()
    this.teller.jump(ledger.path)
    this.parts.tree.refill(ledger.head)
    await this.activate()
  }

  get tip(): BlockEntry {
    return this.teller.tip
  }

  /** Resolves with the reason when the chain can do no more work; never otherwise. */
  get failed(): Promise<Error> {
    return this.turns.failed
  }

  /** Connected blocks by height: the ledger may be ahead until the next write. */
  private get path(): readonly TreeEntry[] {
    return this.teller.path
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
    return known.failed ? this.reasons.get(known) : undefined
  }

  /** Leaves a block and all that is built on it, for good; the genesis block cannot be left. */
  async invalidate(entry: BlockEntry): Promise<void> {
    if (!entry.parent) throw new RangeError('the genesis block cannot be invalid')
    if (this.snapshots.history?.isOnTheWay(entry as TreeEntry))
      throw new RangeError('a block that a snapshot stands for cannot be left before it is verified')
    return this.control(deps => invalidate(entry as TreeEntry, deps))
  }

  /** Tries a block, what it is built on and what is built on it again. */
  reconsider(entry: BlockEntry): Promise<void> {
    return this.control(deps => reconsider(entry as TreeEntry, deps))
  }

  /** Prefers a block to all others with as much work, until the chain is closed. */
  prefer(entry: BlockEntry): Promise<void> {
    return this.control(deps => prefer(entry as TreeEntry, deps))
  }

  private control(run: (deps: ActivationDeps) => Promise<void>): Promise<void> {
    return this.work(() => this.andTell(() => run(this.activation)))
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
    const { history } = this.snapshots
    return history ? [...missing, ...history.missing(most - missing.length, this.path)] : missing
  }

  /** Adds headers, parents before children, up to the first that is refused. */
  submitHeaders(headers: readonly Header[]): SubmittedHeaders {
    this.turns.assertWorking()
    const hashes = hashHeaders(headers)
    for (const [at, header] of headers.entries()) {
      const outcome = acceptHeader(header, this.parts, hashes[at])
      if (outcome.reject) return { accepted: at, reject: { ...outcome.reject, at } }
      const { entry, fresh } = outcome.value
      if (fresh) this.parts.records.touch(entry)
    }
    if (this.parts.records.unwritten > MOST_UNWRITTEN) this.turns.nudge()
    return { accepted: headers.length }
  }

  /**
   * Judges a block, decoded or as bytes, and connects it if it makes the best chain. Rejects with a DecodeError for bytes
   * that are none.
   */
  async submitBlock(given: Uint8Array | Block): Promise<Submitted> {
    const result = await this.turns.take<Submitted | DecodeError>(async answer => {
      const block = 'raw' in given ? given : await decodedOrError(given, this.parts.slices)
      const submitted = block instanceof DecodeError ? () => block : await this.takeBlock(block)
      this.answerLater(() => answer(submitted()))
    })
    if (result instanceof DecodeError) throw result
    return result
  }

  /** What became of the block is to be asked when everything begun by now is over. */
  private async takeBlock(block: Block): Promise<() => Submitted> {
    const { tree, records, ledger, slices } = this.parts
    await slices.pause()
    let failure: Failed | undefined
    const accepting = acceptBlockInSteps(block, this.parts, records, (entry, reject) => {
      failure = { entry, reject }
      this.remember(failure)
      tree.fail(entry)
      records.touch(entry)
    })
    const outcome = await inSlices(accepting, slices)
    if (failure && this.snapshots.history?.isOnTheWay(failure.entry)) await this.snapshots.refute(failure)
    const { reject } = outcome
    if (reject) return () => ({ reject })
    const { entry, duplicate } = outcome.value
    if (!duplicate) await this.activate(block)
    return () => {
      if (entry.invalid) return { reject: this.reasonOf(entry) }
      const connected = ledger.has(entry) && !this.snapshots.isAssumed(entry)
      return { state: duplicate ? 'duplicate' : connected ? 'connected' : 'stored', entry }
    }
  }

  private remember({ entry, reject }: Failed): void {
    this.reasons.set(entry, reject)
  }

  private reasonOf(entry: TreeEntry): Reject {
    return this.reasons.get(entry) ?? { rule: 'bad-prevblk', cause: 'consensus', detail: entry.header.prev }
  }

  private activate(block?: Block): Promise<void> {
    return this.andTell(() => activateBest(this.activation, block))
  }

  private async andTell(change: () => Promise<void>): Promise<void> {
    await change()
    this.teller.leadsTo(this.parts.ledger.head)
  }

  private async stepped(step: Step): Promise<void> {
    this.teller.add(step)
    this.debt.add(step)
    this.steppedMs = performance.now()
    if (this.teller.bytes > this.parts.groupBytes) await this.write()
  }

  /** After each piece of work: a group is written when it is large or old; with nothing else to do, all is brought to its end. */
  private async settle(): Promise<void> {
    if (this.turns.failure) throw this.turns.failure
    await this.parts.slices.pause()
    if (!this.turns.idle) {
      const young = performance.now() - this.groupSince < GROUP_MS
      if (young && this.parts.records.bytes < this.parts.groupBytes) return
      await this.writing
      this.writeMeanwhile()
      return
    }
    // Blocks go to the disk while their scripts are being checked.
    this.writeMeanwhile()
    while (this.parts.ledger.inFlight > 0 && this.turns.idle) await this.settleNext()
    await this.writing
    await this.writeRest()
    const { records, groupBytes } = this.parts
    while (this.turns.idle && (await this.snapshots.verify(() => this.turns.idle && records.bytes < groupBytes)))
      await this.writeRest()
    await this.writeRest()
  }

  private async writeRest(): Promise<void> {
    const { records } = this.parts
    if (records.version > records.durable) await this.write()
    else this.deliver()
  }

  private async settleNext(): Promise<void> {
    await settleNext(this.activation)
    this.teller.leadsTo(this.parts.ledger.head)
  }

  /** Waits until nothing is in flight: what is asked of the ledger now is about its head. */
  private async land(): Promise<void> {
    while (this.parts.ledger.inFlight > 0) await this.settleNext()
  }

  private writeMeanwhile(): void {
    this.writing = this.write()
    // Whoever waits for it hears of it; nobody else has to.
    this.writing.catch(() => undefined)
  }

  /** Makes what was done durable, then tells it. */
  private async write(): Promise<void> {
    this.groupSince = performance.now()
    await this.parts.records.commit()
    this.deliver()
  }

  private deliver(): void {
    const { records, ledger } = this.parts
    if (!this.turns.failure) this.teller.deliver(records.durable, ledger.over)
  }

  private async flushCoins(): Promise<void> {
    const { ledger, pruner } = this.parts
    await this.write()
    await ledger.flush()
    this.debt.clear()
    await pruner?.relieve(ledger.head.height)
  }

  /** Everything but proof of work, for a block on top of the tip that may be unsolved. */
  checkTemplate(block: Block): Promise<Verdict> {
    return this.work(() => checkTemplate(block, this.parts))
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
    this.turns.assertWorking()
    const { coins, ledger } = this.parts
    const wanted = [...keys]
    const { version } = coins
    if (ledger.head === this.tip) {
      const view = await this.turns.guard(coins.load(wanted))
      if (version === coins.version && coins === this.parts.coins) return view
    }
    // Answered at once: what waited for the next write would be older than the tip told by then.
    return this.turns.take(async answer => {
      await this.land()
      await this.write()
      answer(await this.parts.coins.load(wanted))
    })
  }

  /** Counts and hashes all coins, in slices; later blocks do not disturb it. */
  async statistics(): Promise<CoinStatistics> {
    const { ledger, store } = this.parts
    const { walk, tip } = await this.work(async () => {
      await this.flushCoins()
      const { height, hash: bestBlock } = ledger.head
      return { walk: store.bestCoins.walk(), tip: { height, bestBlock } }
    })
    return this.turns.guard(measureCoins(walk, tip, await store.coinsOnDisk()))
  }

  /** The coins after the tip as a file; later blocks do not disturb it. */
  async dump(): Promise<ChainDump> {
    const { ledger, store, params } = this.parts
    const { base, counted, written } = await this.work(async () => {
      await this.flushCoins()
      return { base: ledger.head, counted: store.bestCoins.walk(), written: store.bestCoins.walk() }
    })
    const chainTxCount = await transactionsUpTo(base.height, ledger.path, params.snapshots)
    const dump = await this.turns.guard(dumpCoins({ magic: params.magic, base: base.hash }, counted, written))
    return { ...dump, pieces: this.guarded(dump.pieces), base, chainTxCount }
  }

  /** What cannot be read stops the chain. */
  private async *guarded(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for (let next = await this.turns.guard(pieces.next()); !next.done; next = await this.turns.guard(pieces.next()))
        yield next.value
    } finally {
      await pieces.return(undefined)
    }
  }

  /**
   * Works on the coins of a snapshot from now on, and verifies the blocks that they come from behind. Throws a SnapshotError
   * that says why not.
   */
  loadSnapshot(source: AsyncIterable<Uint8Array>, options: SnapshotOptions = {}): Promise<LoadedSnapshot> {
    this.turns.assertWorking()
    return this.snapshots.load(source, options)
  }

  /** Whether a snapshot stands for the block, which is not verified yet and may not be here. */
  isAssumed(entry: BlockEntry): boolean {
    return this.snapshots.isAssumed(entry as TreeEntry)
  }

  /** Blocks from this height on are needed for verifying what a snapshot stands for; undefined if there is none. */
  get historyFrom(): Height | undefined {
    return this.snapshots.history?.neededFrom
  }

  /** Each set of coins with how far it has come, that of the best chain last. */
  get chainstates(): Chainstate[] {
    return chainstatesOf(this.tip, this.parts.coins, this.snapshots.history)
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
    return this.work(async () => {
      const { ledger, pruner } = this.parts
      await this.flushCoins()
      await pruner?.removeTo(Math.min(height, pruner.limit(ledger.head.height)))
      return this.prunedTo
    })
  }

  /** Verifies the last blocks again; what comes meanwhile waits. Closing the chain ends it early. */
  verify(options: Omit<VerifyOptions, 'signal'>): Promise<Verified> {
    const { signal } = this.closing
    return this.work(async () => {
      const base = this.snapshots.history?.base
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
    return this.turns.guard(this.parts.store.requestRebuild())
  }

  /** Flushes the coins if nothing was connected for so long, and a crash would cost a lot; whether it did. To be called now and then. */
  async flushIfIdle(idleMs: number, nowMs = performance.now()): Promise<boolean> {
    const isIdle = this.turns.idle && nowMs - this.steppedMs >= idleMs
    if (!isIdle || !this.debt.worthFlushing || !this.turns.working) return false
    await this.flush()
    return true
  }

  /** Brings everything, coins included, to the disk. */
  flush(): Promise<void> {
    return this.work(async () => {
      await this.snapshots.history?.flush()
      await this.flushCoins()
    })
  }

  /** Finishes the work in hand, flushes and closes the store; rejects if that fails, the store being closed all the same. */
  close(): Promise<void> {
    this.closing.abort()
    const loading = this.snapshots.stop()
    return this.turns.end(
      () => this.flush(),
      async () => {
        await loading
        await this.parts.store.close(this.turns.failure === undefined)
      },
    )
  }

  /** Runs in turn, with nothing in flight. The answer is given after the next write; what it throws stops the chain. */
  private work<T>(run: () => Promise<T>): Promise<T> {
    return this.turns.take<T>(async answer => {
      await this.land()
      const value = await run()
      this.answerLater(() => answer(value))
    })
  }

  private answerLater(give: () => void): void {
    const { records, ledger } = this.parts
    this.teller.answer(give, records.version, ledger.begun)
  }

  /** What a failure leaves to be done before it is told: damaged coins are made again at the next start. */
  private async noteFailure(why: Error): Promise<void> {
    this.parts.ledger.abandon()
    this.snapshots.history?.abandon()
    await this.writing?.catch(() => undefined)
    if (isDamage(why)) await this.snapshots.onDamage().catch(() => undefined)
  }
}
