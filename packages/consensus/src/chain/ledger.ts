import { type Block, decodeBlock } from '@raistone/primitives'
import type { Coin } from '../coin.js'
import type { ChainParams } from '../params/chain-params.js'
import { type Connected, connectBlock, outpointsOf } from '../rules/block/with-coins.js'
import type { CoinTable } from '../store/coin-table.js'
import { StoreError } from '../store/store-error.js'
import { decodeUndoWhole, encodeUndo } from '../store/undo-record.js'
import type { Outcome, Verdict } from '../verdict.js'
import type { ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'
import type { BlockRecords } from './records.js'
import { checkBlockScripts } from './script-check.js'
import type { TreeEntry } from './tree-entry.js'
import { disconnectDiff } from './undo-diff.js'

/** A change of the ledger, to be told once it is on the disk. */
export type Step =
  | {
      readonly did: 'connect'
      readonly entry: TreeEntry
      readonly block: Block
      readonly spent: readonly (readonly Coin[])[]
    }
  | { readonly did: 'disconnect'; readonly entry: TreeEntry; readonly block: Block }

export interface LedgerDeps {
  readonly params: ChainParams
  readonly records: BlockRecords
  readonly coins: CoinTable
  readonly verifier: ScriptVerifier
  /** Whether scripts of this block may be taken for valid. */
  readonly assumedValid: (entry: TreeEntry) => boolean
  /** The coins are not those from the disk, but made from the first block on. */
  readonly madeAnew: boolean
}

/** The coins and the chain of blocks they follow from, one block forth or back at a time. */
export class Ledger {
  /** The connected blocks by height. */
  readonly path: TreeEntry[] = []
  readonly tally: SignatureTally = { signatures: 0 }

  constructor(private readonly deps: LedgerDeps) {}

  get head(): TreeEntry {
    return this.path.at(-1) as TreeEntry
  }

  /** Begins with the coins after this block. */
  startAt(head: TreeEntry): void {
    this.path.length = head.height + 1
    for (let at: TreeEntry | undefined = head; at; at = at.parent) this.path[at.height] = at
  }

  has(entry: TreeEntry): boolean {
    return this.path[entry.height] === entry
  }

  /** What the rules and the scripts say about a block on top of the head. Changes nothing. */
  async judge(block: Block, height: number, scripts: boolean): Promise<Outcome<Connected>> {
    const { params, coins, verifier } = this.deps
    const view = await coins.load(outpointsOf(block))
    const outcome = connectBlock(block, view, {
      height,
      hash: block.hash,
      medianTimePast: this.head.medianTimePast,
      medianTimePastAt: at => this.path[at]?.medianTimePast ?? 0,
      params,
    })
    if (outcome.reject || !scripts) return outcome
    const { spent, flags } = outcome.value
    const failure = await checkBlockScripts(block, spent, flags, verifier, this.tally)
    return failure ? { reject: failure } : outcome
  }

  /**
   * Connects a child of the head, or says why it is not valid. `missing` if its block cannot be read. Throws a
   * StoreError `damaged` if the coins on the disk contradict what was found before.
   */
  async connect(
    entry: TreeEntry,
    given?: Block,
  ): Promise<Step | { readonly reject: NonNullable<Verdict> } | 'missing'> {
    const { records, coins, assumedValid, madeAnew } = this.deps
    const block = given ?? (await this.readBlock(entry))
    if (!block) return 'missing'
    const scripts = !entry.checked && !assumedValid(entry)
    const outcome = await this.judge(block, entry.height, scripts)
    if (outcome.reject) {
      if (entry.at.undo === undefined || madeAnew) return { reject: outcome.reject }
      // It was connected once: not the block is wrong, but the coins.
      throw new StoreError('damaged', `the coins no longer allow block ${entry.hash}: ${outcome.reject.rule}`)
    }
    const { diff, spent, overwritten } = outcome.value
    if (scripts) {
      entry.checked = true
      records.touch(entry)
    }
    // What was written when it was connected before is used again, if it can still be read.
    if (!(await records.undo(entry))) records.putUndo(entry, encodeUndo(spent, overwritten))
    coins.apply(diff)
    this.path.push(entry)
    return { did: 'connect', entry, block, spent }
  }

  /** Takes the head back. Throws a StoreError `damaged` if what is needed for that cannot be read. */
  async disconnect(): Promise<Step> {
    const { records, coins } = this.deps
    const entry = this.head
    const block = await this.readBlock(entry)
    const undo = await records.undo(entry)
    if (!block || !undo)
      throw new StoreError('damaged', `the ${block ? 'undo data' : 'block'} of ${entry.hash} cannot be read`)
    const { spent, overwritten } = decodeUndoWhole(undo)
    coins.apply(disconnectDiff(block, spent, entry.height, overwritten))
    this.path.pop()
    return { did: 'disconnect', entry, block }
  }

  private async readBlock(entry: TreeEntry): Promise<Block | undefined> {
    const raw = await this.deps.records.block(entry)
    return raw && decodeBlock(raw)
  }

  /** Brings the coins to the disk, after the blocks they follow from. */
  async flush(): Promise<void> {
    await this.deps.records.commit()
    await this.deps.coins.flush({ hash: this.head.hash, height: this.head.height })
  }
}
