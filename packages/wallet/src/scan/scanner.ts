import { fromHex, type Height, type Transaction } from '@raistone/primitives'
import type { ChainSource, ChainTip } from '../chain-source.js'
import type { Book } from '../coins/book.js'
import type { Keyring } from '../keys/keyring.js'
import { WalletError } from '../wallet-error.js'
import { sourceBlock, sourceTransaction } from './source-block.js'
import type { Trail } from './trail.js'

/** Blocks asked for at a time. */
const STEP = 32
/** Blocks after which what was found is kept, should the rest not be reached. */
const SAVE_EVERY = 1024
/** How often the chain may change while it is being read. */
const MOST_ATTEMPTS = 20

export interface ScanDeps {
  readonly book: Book
  readonly keys: Keyring
  readonly trail: Trail
  readonly nowSec: () => number
  readonly save: () => Promise<void>
}

export type Progress = (height: Height, tip: Height) => void

/** Looks through blocks and waiting transactions for what concerns the wallet. */
export class Scanner {
  constructor(private readonly deps: ScanDeps) {}

  /** Catches up with the chain, then with what waits. Throws a WalletError `source`, or what the source throws. */
  async sync(source: ChainSource, progress: Progress): Promise<void> {
    let whole = false
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const tip = await this.follow(source, progress)
      whole = tip !== undefined
      if (!tip) continue
      const waiting = (await source.mempool()).map(sourceTransaction)
      this.takeWaiting(waiting)
      // A block that came meanwhile may have taken a transaction out of the mempool: it is not forgotten but mined.
      if ((await source.tip()).hash !== tip.hash) continue
      this.deps.book.keepWaiting(new Set(waiting.map(({ txid }) => txid)))
      return this.offerAgain(waiting, source)
    }
    if (!whole) throw new WalletError('source', 'the chain of the node changes faster than it can be read: try again')
  }

  /** Reads up to the tip; undefined if the chain changed on the way, or must be read again for addresses found late. */
  private async follow(source: ChainSource, progress: Progress): Promise<ChainTip | undefined> {
    const { book, keys, trail } = this.deps
    const tip = await source.tip()
    await this.rewind(source)
    // A node that is not there yet, or another chain: without any block the birthday means nothing.
    if (!trail.last && tip.height < trail.birthday) trail.startOver(0)
    if (!(await this.readTo(tip, source, progress))) return undefined
    trail.thinOut()
    if (keys.isSearched) return tip
    // An address beyond the gap was paid after one before it: earlier blocks may pay what was not watched yet.
    keys.lookAhead()
    trail.startOver()
    book.rewind(trail.height)
    return undefined
  }

  /** Back to the last block that is still in the chain. */
  private async rewind(source: ChainSource): Promise<void> {
    const { book, trail } = this.deps
    const before = trail.last
    for (let { last } = trail; last && (await source.hashAt(last.height)) !== last.hash; last = trail.last)
      trail.removeLast()
    if (trail.last !== before) book.rewind(trail.height)
  }

  /** False where the chain changed on the way; what was read until then is kept. */
  private async readTo(tip: ChainTip, source: ChainSource, progress: Progress): Promise<boolean> {
    const { trail } = this.deps
    for (let unsaved = 0; trail.height < tip.height; ) {
      const from = trail.height + 1
      const heights = Array.from({ length: Math.min(STEP, tip.height - from + 1) }, (_, i) => from + i)
      const hashes = (await Promise.all(heights.map(height => source.hashAt(height)))).filter(
        hash => hash !== undefined,
      )
      if (hashes.length < heights.length) return false
      const raws = await source.blocks(hashes)
      for (const [i, hash] of hashes.entries()) {
        const raw = raws[i]
        if (!raw) throw new WalletError('source', `the node did not give block ${hash}`)
        const block = sourceBlock(raw, hash)
        if (trail.last && block.header.prev !== trail.last.hash) return false
        for (const tx of block.transactions) this.take(tx, from + i, block.header.time)
        trail.add({ height: from + i, hash })
      }
      progress(trail.height, tip.height)
      unsaved += hashes.length
      if (unsaved >= SAVE_EVERY) {
        trail.thinOut()
        await this.deps.save()
        unsaved = 0
      }
    }
    return true
  }

  private take(tx: Transaction, height: Height | undefined, timeSec: number): void {
    const { book, keys } = this.deps
    if (!book.record(tx, { height, timeSec }, script => keys.recognise(script))) return
    for (const credit of book.get(tx.txid)?.credits ?? []) keys.markUsed(credit)
  }

  private takeWaiting(waiting: readonly Transaction[]): void {
    const { book, nowSec } = this.deps
    const now = nowSec()
    for (const tx of parentsFirst(waiting)) if (book.get(tx.txid)?.height === undefined) this.take(tx, undefined, now)
  }

  /** Payments that the node has lost, as after a restart; one that it will not have now may be wanted later. */
  private async offerAgain(waiting: readonly Transaction[], source: ChainSource): Promise<void> {
    const there = new Set(waiting.map(({ txid }) => txid))
    for (const { txid, raw } of this.deps.book.waiting) {
      if (raw === undefined || there.has(txid)) continue
      try {
        await source.broadcast(fromHex(raw))
      } catch (error) {
        if (!(error instanceof WalletError && error.code === 'refused')) throw error
      }
    }
  }
}

/** Only after its parents can it be told what a transaction spends. */
function parentsFirst(transactions: readonly Transaction[]): Transaction[] {
  const left = new Map(transactions.map(tx => [tx.txid, tx]))
  const sorted: Transaction[] = []
  for (let ready = [...left.values()]; ready.length > 0; ) {
    ready = [...left.values()].filter(({ inputs }) => !inputs.some(({ prevout }) => left.has(prevout.txid)))
    for (const tx of ready) left.delete(tx.txid)
    sorted.push(...ready)
  }
  return sorted
}
