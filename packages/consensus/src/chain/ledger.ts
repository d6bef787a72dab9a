import { type Block, decodeBlockInSteps, type Transaction } from '@raistone/primitives'
import { type Coin, type CoinView, reverseDiff } from '../coin.js'
import type { ChainParams } from '../params/chain-params.js'
import {
  type Connected,
  coinsSpent,
  connectBlockInSteps,
  idsRepeat,
  neededOutpoints,
  outpointsOf,
} from '../rules/block/with-coins.js'
import type { RuleVerdict } from '../rules/rule.js'
import { scriptFlagsAt } from '../rules/script-flags.js'
import type { CoinTable } from '../store/coin-table.js'
import { StoreError } from '../store/store-error.js'
import { decodeUndoWhole, encodeUndo } from '../store/undo-record.js'
import type { Outcome, Reject } from '../verdict.js'
import { inSlices, type Slices } from '../verify/next-turn.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'
import { BlockScripts } from './block-scripts.js'
import type { BlockRecords } from './records.js'
import type { TreeEntry } from './tree-entry.js'
import { disconnectDiff } from './undo-diff.js'

/** A change of the ledger, to be told once the disk has the records up to this version. */
export type Step = { readonly entry: TreeEntry; readonly block: Block; readonly version: number } & (
  | { readonly did: 'connect'; readonly spent: readonly (readonly Coin[])[] }
  | { readonly did: 'disconnect' }
)

/** A block that failed, with the reason. */
export interface Failed {
  readonly entry: TreeEntry
  readonly reject: Reject
}

/** A block whose coins are applied while its scripts are being checked: taken back if one of them fails. */
interface Attempt {
  readonly entry: TreeEntry
  readonly block: Block
  readonly connected: Connected
  /** Of the records, with the block and its undo data among them. */
  readonly version: number
  /** Undefined where the scripts are known to be valid, or taken for it. */
  readonly scripts: BlockScripts | undefined
}

export interface LedgerDeps {
  readonly params: ChainParams
  readonly records: BlockRecords
  readonly coins: CoinTable
  readonly verifier: ScriptVerifier
  /** Transactions whose scripts were checked before. */
  readonly scriptCache?: ScriptCache | undefined
  /** Whether scripts of this block may be taken for valid. */
  readonly assumedValid: (entry: TreeEntry) => boolean
  /** Between them others have their turn. */
  readonly slices: Slices
  /** The coins are not those from the disk, but made from the first block on. */
  readonly madeAnew: boolean
  /** Counts what is verified for blocks. */
  readonly tally: SignatureTally
}

/** Blocks that may be in flight: enough that threads never wait for the next one's coins. */
const MOST_IN_FLIGHT = 8
/** Bytes of blocks that may be in flight. */
const MOST_BYTES_IN_FLIGHT = 16_000_000

/** Inputs of a head start: as many as another thread checks while this one judges a full block. */
const HEAD_START_INPUTS = 128

/** How many of the first transactions it takes to have so many inputs, the coinbase's left out. */
function placeAfter(inputs: number, { transactions }: Block): number {
  let left = inputs
  const last = transactions.findIndex((tx, i) => {
    if (i > 0) left -= tx.inputs.length
    return left <= 0
  })
  return last < 0 ? transactions.length : last + 1
}

/**
 * The coins and the chain of blocks they follow from. Blocks are begun one on top of the other, and settled in the same
 * order once their scripts are checked; in between the coins are those after the last one begun.
 */
export class Ledger {
  /** The connected blocks by height, those in flight included. */
  readonly path: TreeEntry[] = []
  private readonly attempts: Attempt[] = []
  private bytesInFlight = 0
  /** Of the block that had a head start. */
  private early: BlockScripts | undefined
  /** Blocks begun, and blocks settled or taken back, since the ledger was opened. */
  begun = 0
  over = 0

  constructor(private readonly deps: LedgerDeps) {}

  get tally(): SignatureTally {
    return this.deps.tally
  }

  /** The last block begun. */
  get head(): TreeEntry {
    return this.path.at(-1) as TreeEntry
  }

  get inFlight(): number {
    return this.attempts.length
  }

  /** No more should be begun before one is settled. */
  get busy(): boolean {
    return this.attempts.length >= MOST_IN_FLIGHT || this.bytesInFlight >= MOST_BYTES_IN_FLIGHT
  }

  /** Begins with the coins after this block. */
  startAt(head: TreeEntry): void {
    this.path.length = head.height + 1
    for (let at: TreeEntry | undefined = head; at; at = at.parent) this.path[at.height] = at
  }

  has(entry: TreeEntry): boolean {
    return this.path[entry.height] === entry
  }

  /** What the rules but those of scripts say about a block on top of the head. Changes nothing. */
  async judge(block: Block, height: number): Promise<Outcome<Connected>> {
    return this.judgeOn(await this.needed(block.transactions), block, height)
  }

  private needed(transactions: readonly Transaction[]): Promise<CoinView> {
    return this.deps.coins.load(neededOutpoints(transactions, this.deps.params))
  }

  private async judgeOn(needed: CoinView, block: Block, height: number): Promise<Outcome<Connected>> {
    const outcome = await this.connect(needed, block, height, !idsRepeat(this.deps.params))
    return outcome.reject
      ? this.connect(await this.deps.coins.load(outpointsOf(block.transactions)), block, height)
      : outcome
  }

  private connect(coins: CoinView, block: Block, height: number, idsAreNew = false): Promise<Outcome<Connected>> {
    const { params, slices } = this.deps
    const context = {
      height,
      hash: block.hash,
      medianTimePast: this.head.medianTimePast,
      medianTimePastAt: (at: number) => this.path[at]?.medianTimePast ?? 0,
      params,
      idsAreNew,
    }
    return inSlices(connectBlockInSteps(block, coins, context), slices)
  }

  /** Checks the scripts of a block that was judged. */
  async checkScripts(block: Block, { spent, flags }: Connected): Promise<RuleVerdict> {
    const scripts = new BlockScripts(block, flags, this.deps)
    await scripts.begin(async () => spent)
    return scripts.finish()
  }

  /**
   * Lets the other threads begin with the first scripts of a block that may become the next one, of which nothing is
   * known but its work: else they have nothing to do while this one judges it. Of no effect with blocks in flight.
   */
  async headStart(block: Block, entry: TreeEntry | undefined): Promise<void> {
    const { head, inFlight } = this
    const isNew = !entry || (!entry.data && !entry.invalid && this.isUnchecked(entry))
    if (!isNew || inFlight > 0 || block.header.prev !== head.hash) return
    const scripts = this.scriptsOf(block, head.height + 1)
    const end = placeAfter(HEAD_START_INPUTS, block)
    await scripts.begin(async first => this.spentBy(first, await this.needed(first), head.height + 1), end)
    this.early = scripts
  }

  /** What had a head start and was not begun is left. */
  endHeadStart(): void {
    this.early?.abandon()
    this.early = undefined
  }

  private scriptsOf(block: Block, height: number): BlockScripts {
    return new BlockScripts(block, scriptFlagsAt(height, block.hash, this.deps.params), this.deps)
  }

  private async spentBy(transactions: readonly Transaction[], coins: CoinView, height: number) {
    const spent = coinsSpent(transactions, coins, height)
    await this.deps.slices.pause()
    return spent
  }

  private isUnchecked(entry: TreeEntry): boolean {
    return !entry.checked && !this.deps.assumedValid(entry)
  }

  /** The scripts of a block that is begun. */
  private takeScripts(block: Block, height: number): BlockScripts {
    const { early } = this
    if (early?.block !== block) return this.scriptsOf(block, height)
    this.early = undefined
    return early
  }

  /**
   * Applies a child of the head and hands its scripts to the verifier, or says why it cannot: a reason that holds only
   * if everything in flight proves valid. `missing` if the block cannot be read. `recorded` is called when all that is to
   * be stored of it is among the records.
   */
  async begin(
    entry: TreeEntry,
    given?: Block,
    recorded: () => void = () => undefined,
  ): Promise<'begun' | 'missing' | { readonly reject: Reject }> {
    const { records, coins, slices } = this.deps
    const block = given ?? (await this.readBlock(entry))
    if (!block) return 'missing'
    await slices.pause()
    const needed = await this.needed(block.transactions)
    await slices.pause()
    const scripts = this.isUnchecked(entry) ? this.takeScripts(block, entry.height) : undefined
    // First of all, so that the other threads have something to do while this one goes through the other rules.
    await scripts?.begin(transactions => this.spentBy(transactions, needed, entry.height))
    const outcome = await this.judgeOn(needed, block, entry.height)
    if (outcome.reject) {
      scripts?.abandon()
      return { reject: outcome.reject }
    }
    const connected = outcome.value
    // Those that were not, for lack of a coin that turned out not to be needed.
    await scripts?.begin(async () => connected.spent)
    // What was written when it was connected before is used again, if it can still be read.
    if (!(await records.undo(entry))) records.putUndo(entry, encodeUndo(connected.spent, connected.overwritten))
    recorded()
    // Before the coins change, so that nobody who reads them meanwhile takes them for those of the block before.
    this.path.push(entry)
    await inSlices(coins.applyInSteps(connected.diff), slices)
    this.attempts.push({ entry, block, connected, version: records.version, scripts })
    this.bytesInFlight += block.raw.length
    this.begun++
    return 'begun'
  }

  /** Waits for the scripts of the oldest block in flight. If one fails, all that is in flight is taken back. */
  async settle(): Promise<Step | Failed> {
    const attempt = this.attempts[0] as Attempt
    const { entry, block, connected, version, scripts } = attempt
    const reject = await scripts?.finish()
    if (reject) {
      await this.takeBack()
      return { entry, reject }
    }
    if (scripts) {
      entry.checked = true
      this.deps.records.note(entry)
    }
    this.attempts.shift()
    this.bytesInFlight -= block.raw.length
    return { did: 'connect', entry, block, version, spent: connected.spent }
  }

  private async takeBack(): Promise<void> {
    const { coins, slices } = this.deps
    this.abandon()
    for (const { connected } of this.attempts.reverse()) {
      await inSlices(coins.applyInSteps(reverseDiff(connected.diff)), slices)
      this.path.pop()
    }
    this.attempts.length = 0
    this.bytesInFlight = 0
  }

  /** Whoever waits for what is settled or taken back by now may be answered: it is known what became of it. */
  markOver(): void {
    this.over = this.begun - this.attempts.length
  }

  /** Nobody waits for what is in flight any more; the coins are of no use afterwards. */
  abandon(): void {
    for (const { scripts } of this.attempts) scripts?.abandon()
    this.endHeadStart()
  }

  /**
   * To be asked before a block that was refused with nothing in flight is taken for invalid. Throws a StoreError
   * `damaged` if it was connected before: then not the block is wrong, but the coins are.
   */
  assertSound({ entry, reject }: Failed): void {
    if (entry.undo === undefined || this.deps.madeAnew) return
    throw new StoreError('damaged', `the coins no longer allow block ${entry.hash}: ${reject.rule}`)
  }

  /** Takes the head back, nothing being in flight. Throws a StoreError `damaged` if what is needed cannot be read. */
  async disconnect(): Promise<Step> {
    const { records, coins, slices } = this.deps
    const entry = this.head
    const block = await this.readBlock(entry)
    const undo = await records.undo(entry)
    if (!block || !undo)
      throw new StoreError('damaged', `the ${block ? 'undo data' : 'block'} of ${entry.hash} cannot be read`)
    await slices.pause()
    const { spent, overwritten } = decodeUndoWhole(undo)
    await slices.pause()
    // As in `begin`: nobody is to take what they read meanwhile for the coins of this block.
    this.path.pop()
    await inSlices(coins.applyInSteps(disconnectDiff(block, spent, entry.height, overwritten)), slices)
    return { did: 'disconnect', entry, block, version: records.version }
  }

  private async readBlock(entry: TreeEntry): Promise<Block | undefined> {
    const raw = await this.deps.records.block(entry)
    return raw && inSlices(decodeBlockInSteps(raw), this.deps.slices)
  }

  /** Brings the coins to the disk, after the blocks they follow from; nothing may be in flight. */
  async flush(): Promise<void> {
    await this.deps.records.commit()
    await this.deps.coins.flush({ hash: this.head.hash, height: this.head.height })
  }
}
