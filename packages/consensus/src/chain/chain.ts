import {
  type Block,
  type BlockHash,
  type Curve,
  DecodeError,
  decodeBlock,
  type Header,
  type Height,
  type OutpointKey,
} from '@raistone/primitives'
import { type Clock, nowSec } from '../clock.js'
import type { Coin, CoinView } from '../coin.js'
import { Emitter, type Events } from '../emitter.js'
import type { ChainParams } from '../params/chain-params.js'
import { type CoinStatistics, measureCoins } from '../statistics/coin-statistics.js'
import type { ChainStore } from '../store/chain-store.js'
import type { CoinTable } from '../store/coin-table.js'
import { StoreError } from '../store/store-error.js'
import { decodeUndo } from '../store/undo-record.js'
import type { Reject, Verdict } from '../verdict.js'
import { acceptBlock } from './accept-block.js'
import { acceptHeader } from './accept-header.js'
import { type ActivationDeps, activateBest, settleNext } from './activate.js'
import type { BlockEntry } from './block-entry.js'
import type { BlockTree } from './block-tree.js'
import { checkTemplate } from './check-template.js'
import type { ChainEvents } from './events.js'
import type { Failed, Ledger, Step } from './ledger.js'
import { entriesAfter, entriesMissing, locatorOf } from './locate.js'
import { Outbox } from './outbox.js'
import type { BlockRecords } from './records.js'
import type { Submitted, SubmittedHeaders } from './submitted.js'
import type { TreeEntry } from './tree-entry.js'
import { WorkQueue } from './work-queue.js'

/** What `openChain` has put together. */
export interface ChainParts {
  readonly params: ChainParams
  readonly clock: Clock
  readonly curve: Curve
  readonly store: ChainStore
  readonly tree: BlockTree
  readonly records: BlockRecords
  readonly coins: CoinTable
  readonly ledger: Ledger
  readonly groupBytes: number
  readonly maxTipAgeSec: number
}

function decodedOrError(raw: Uint8Array): Block | DecodeError {
  try {
    return decodeBlock(raw)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** Headers that may wait for the next write of blocks. */
const MOST_UNWRITTEN = 4000
/** How long a group of blocks may wait for others before it is written. */
const GROUP_MS = 250
/** Blocks after which the coins are flushed, so that a crash does not cost more than to connect these again. */
const FLUSH_BLOCKS = 5000

/**
 * The best chain and its coins. Blocks are judged one after the other in the order they are submitted; what the
 * chain shows and tells is on the disk. An I/O failure stops it for good: every later call throws, and `failed` tells.
 */
export class Chain {
  readonly params: ChainParams
  readonly events: Events<ChainEvents>
  /** Resolves with the reason when the chain can do no more work; never otherwise. */
  readonly failed: Promise<Error>
  private readonly emitter = new Emitter<ChainEvents>()
  private readonly queue: WorkQueue
  /** Connected blocks by height, as told: the ledger may be ahead until the next write. */
  private readonly path: TreeEntry[]
  private readonly outbox: Outbox
  /** Why blocks failed, as long as we remember. */
  private readonly reasons = new Map<TreeEntry, Reject>()
  private readonly activation: ActivationDeps
  private groupSince = 0
  private sinceFlush = 0
  /** A write that is under way while other work goes on. */
  private writing: Promise<void> | undefined
  /** While a reorganisation is told: the block it leads to, as far as that is known. */
  private switching: { end: TreeEntry | undefined } | undefined
  private tipIsUntold = false
  private downloading = true
  private closing: Promise<void> | undefined
  private closed = false
  private failure: Error | undefined
  /** What a failure still has to write. */
  private noted: Promise<void> = Promise.resolve()
  private tellFailure!: (error: Error) => void
  private readonly abandon = new Set<(error: Error) => void>()

  /** To be made by `openChain`. */
  constructor(private readonly parts: ChainParts) {
    this.params = parts.params
    this.events = this.emitter
    this.path = [...parts.ledger.path]
    this.failed = new Promise(resolve => {
      this.tellFailure = resolve
    })
    this.queue = new WorkQueue(
      () => this.settle(),
      error => this.breakDown(error),
    )
    this.outbox = new Outbox(step => this.tell(step))
    const { tree, ledger, records, coins } = parts
    this.activation = {
      tree,
      ledger,
      records,
      mustFlush: () => coins.full || this.sinceFlush > FLUSH_BLOCKS,
      flush: () => this.flushCoins(),
      stepped: step => this.stepped(step),
      failed: failure => this.remember(failure),
    }
  }

  get tip(): BlockEntry {
    return this.path.at(-1) as TreeEntry
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

  /** Ends of all known branches. */
  tips(): BlockEntry[] {
    return this.parts.tree.tips
  }

  /** Why a block is known as failed, if it failed since the chain was opened. */
  whyInvalid(entry: BlockEntry): Reject | undefined {
    return this.reasons.get(entry as TreeEntry)
  }

  locator(from: BlockEntry = this.tip): BlockHash[] {
    return locatorOf(from as TreeEntry, this.path, this.parts.tree)
  }

  /** Active blocks after the highest one the locator names, `stop` being the last. */
  afterLocator(locator: readonly BlockHash[], most: number, stop?: BlockHash): BlockEntry[] {
    return entriesAfter(locator, most, stop, this.path, this.parts.tree)
  }

  /** Next blocks to fetch: of the best header chain, lowest first. */
  missingBlocks(most: number): BlockEntry[] {
    const { tree, records } = this.parts
    return entriesMissing(most, this.path, tree, records.lost)
  }

  /** Adds headers, parents before children, up to the first that is refused. */
  submitHeaders(headers: readonly Header[]): SubmittedHeaders {
    this.assertWorking()
    const accepted: BlockEntry[] = []
    for (const [at, header] of headers.entries()) {
      const outcome = acceptHeader(header, this.parts)
      if (outcome.reject) return { accepted, reject: { ...outcome.reject, at } }
      const { entry, fresh } = outcome.value
      accepted.push(entry)
      if (fresh) this.tellHeader(entry)
    }
    if (this.parts.records.unwritten > MOST_UNWRITTEN) this.queue.add(() => Promise.resolve())
    return { accepted }
  }

  private tellHeader(entry: TreeEntry): void {
    this.parts.records.touch(entry)
    this.emitter.emit('header', { entry })
  }

  /** Judges a block and connects it if it makes the best chain. Rejects with a DecodeError for bytes that are none. */
  async submitBlock(raw: Uint8Array): Promise<Submitted> {
    const result = await this.inTurn<Submitted | DecodeError>(async answer => {
      const block = decodedOrError(raw)
      const submitted = block instanceof DecodeError ? () => block : await this.takeBlock(block)
      this.answerLater(() => answer(submitted()))
    })
    if (result instanceof DecodeError) throw result
    return result
  }

  /** What became of the block is to be asked when everything begun by now is over. */
  private async takeBlock(block: Block): Promise<() => Submitted> {
    const { tree, records, ledger } = this.parts
    const outcome = acceptBlock(block, this.parts, records, (entry, reject) => {
      this.remember({ entry, reject })
      tree.fail(entry)
      records.touch(entry)
    })
    const { reject } = outcome
    if (reject) return () => ({ reject })
    const { entry, fresh, duplicate } = outcome.value
    if (fresh) this.emitter.emit('header', { entry })
    if (!duplicate) await this.activate(block)
    return () => {
      if (entry.invalid) return { reject: this.reasonOf(entry) }
      return { state: duplicate ? 'duplicate' : ledger.has(entry) ? 'connected' : 'stored', entry }
    }
  }

  private remember({ entry, reject }: Failed): void {
    this.reasons.set(entry, reject)
  }

  private reasonOf(entry: TreeEntry): Reject {
    return this.reasons.get(entry) ?? { rule: 'bad-prevblk', cause: 'consensus', detail: entry.header.prev }
  }

  private async activate(block?: Block): Promise<void> {
    await activateBest(this.activation, block)
    if (this.switching) this.switching.end = this.parts.ledger.head
  }

  private async stepped(step: Step): Promise<void> {
    if (step.did === 'disconnect') this.switching = { end: undefined }
    this.outbox.add(step)
    this.sinceFlush++
    if (this.outbox.bytes > this.parts.groupBytes) await this.write()
  }

  /** After each piece of work: a group is written when it is large or old; with nothing else to do, all is brought to its end. */
  private async settle(): Promise<void> {
    if (this.failure) throw this.failure
    if (!this.queue.idle) {
      const young = performance.now() - this.groupSince < GROUP_MS
      if (young && this.parts.records.bytes < this.parts.groupBytes) return
      await this.writing
      this.writeMeanwhile()
      return
    }
    // Blocks go to the disk while their scripts are being checked.
    this.writeMeanwhile()
    while (this.parts.ledger.inFlight > 0 && this.queue.idle) await this.settleNext()
    await this.writing
    const { records } = this.parts
    if (records.version > records.durable) await this.write()
    else this.deliver()
  }

  private async settleNext(): Promise<void> {
    await settleNext(this.activation)
    if (this.switching) this.switching.end = this.parts.ledger.head
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

  /** Also where a reorganisation led back to the old tip: whoever was told of disconnects waits for the end of it. */
  private deliver(): void {
    const { records, ledger } = this.parts
    if (this.failure) return
    this.tipIsUntold = this.outbox.deliver(records.durable, ledger.over) || this.tipIsUntold
    if (this.switching?.end === this.tip) this.switching = undefined
    if (!this.tipIsUntold || this.switching) return
    this.tipIsUntold = false
    this.emitter.emit('tip', { entry: this.tip, initialDownload: this.initialDownload })
  }

  private tell(step: Step): void {
    const { entry, block } = step
    if (step.did === 'connect') {
      this.path.push(entry)
      this.emitter.emit('connected', { entry, block, spent: step.spent })
    } else {
      this.path.pop()
      this.emitter.emit('disconnected', { entry, block })
    }
  }

  private async flushCoins(): Promise<void> {
    await this.write()
    await this.parts.ledger.flush()
    this.sinceFlush = 0
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
    return raw && decodeBlock(raw)
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
    this.assertWorking()
    const { coins, ledger } = this.parts
    const wanted = [...keys]
    const { version } = coins
    if (ledger.head === this.tip) {
      const view = await this.guard(coins.load(wanted))
      if (version === coins.version) return view
    }
    // Answered at once: what waited for the next write would be older than the tip told by then.
    return this.inTurn(async answer => {
      await this.land()
      await this.write()
      answer(await coins.load(wanted))
    })
  }

  /** Counts and hashes all coins, in slices; later blocks do not disturb it. */
  async statistics(): Promise<CoinStatistics> {
    const { ledger, store } = this.parts
    const { walk, tip } = await this.work(async () => {
      await this.flushCoins()
      const { height, hash: bestBlock } = ledger.head
      return { walk: store.coins.walk(), tip: { height, bestBlock } }
    })
    return this.guard(measureCoins(walk, tip, await store.coinsOnDisk()))
  }

  /** Brings everything, coins included, to the disk. */
  flush(): Promise<void> {
    return this.work(() => this.flushCoins())
  }

  /** Finishes the work in hand, flushes and closes the store; rejects if that fails, the store being closed all the same. */
  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    try {
      // The last piece of work: from here on `closing` refuses others.
      if (!this.failure) await this.flush()
    } finally {
      await this.noted
      this.closed = true
      await this.parts.store.close(this.failure === undefined)
    }
  }

  private assertWorking(): void {
    if (this.failure) throw this.failure
    if (this.closing) throw new StoreError('failed', 'the chain is closed')
  }

  /** Reading outside the queue: a failure stops the chain all the same. */
  private async guard<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (error) {
      this.breakDown(error)
      throw error
    }
  }

  /** Runs in turn, with nothing in flight. The answer is given after the next write; what it throws stops the chain. */
  private work<T>(run: () => Promise<T>): Promise<T> {
    return this.inTurn<T>(async answer => {
      await this.land()
      const value = await run()
      this.answerLater(() => answer(value))
    })
  }

  private answerLater(give: () => void): void {
    const { records, ledger } = this.parts
    this.outbox.answer(give, records.version, ledger.begun)
  }

  /** Runs in turn and answers itself; what it throws stops the chain, and nothing runs after a failure. */
  private async inTurn<T>(run: (answer: (value: T) => void) => Promise<void>): Promise<T> {
    this.assertWorking()
    return new Promise<T>((resolve, reject) => {
      this.abandon.add(reject)
      this.queue.add(async () => {
        if (this.failure) throw this.failure
        await run(value => {
          this.abandon.delete(reject)
          resolve(value)
        })
      })
    })
  }

  private breakDown(error: unknown): void {
    const first = this.failure === undefined && !this.closed
    const why = this.failure ?? (error instanceof Error ? error : new Error(String(error)))
    this.failure = why
    for (const reject of this.abandon) reject(why)
    this.abandon.clear()
    if (!first) return
    const damaged = why instanceof StoreError && why.code === 'damaged'
    if (damaged) this.noted = this.parts.store.requestRebuild().catch(() => undefined)
    void this.noted.then(() => this.tellFailure(why))
  }
}
