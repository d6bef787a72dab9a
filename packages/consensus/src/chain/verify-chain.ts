import {
  type Block,
  type Curve,
  DecodeError,
  decodeBlockInSteps,
  type Height,
  type OutpointKey,
} from '@raistone/primitives'
import type { Coin } from '../coin.js'
import type { ChainParams } from '../params/chain-params.js'
import { checkBlockAlone, checkBlockSolution } from '../rules/block/alone.js'
import { checkBlockWithAncestors } from '../rules/block/with-ancestors.js'
import { connectBlockInSteps, outpointsOf } from '../rules/block/with-coins.js'
import { checkHeaderAlone } from '../rules/header/alone.js'
import type { CoinTable } from '../store/coin-table.js'
import { isDamage } from '../store/store-error.js'
import { decodeUndoWhole } from '../store/undo-record.js'
import { inSlices, Slices } from '../verify/next-turn.js'
import type { BlockEntry } from './block-entry.js'
import type { Ledger } from './ledger.js'
import type { BlockRecords } from './records.js'
import { misfit, RewoundCoins } from './rewound-coins.js'
import type { TreeEntry } from './tree-entry.js'
import { disconnectDiff } from './undo-diff.js'

/**
 * How thoroughly, each including those below it (Core: -checklevel): 0 blocks can be read, 1 they obey the rules that need
 * no coins, 2 what they spent can be read, 3 taking them back fits the coins, 4 they can be connected again, scripts
 * included.
 */
export type VerifyLevel = 0 | 1 | 2 | 3 | 4

export interface VerifyOptions {
  readonly level: VerifyLevel
  /** So many blocks from the tip down; 0 is all. */
  readonly blocks: number
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined
  /** Changed coins to keep in memory: blocks further down are verified up to level 2 only. 200,000 if left out. */
  readonly mostChanged?: number
  /** Told of each block looked at on the way down, and how many they are by now. */
  readonly looked?: (entry: BlockEntry, blocks: number) => void
}

/** What is wrong, and at which level it was seen. */
export interface Fault {
  readonly entry: BlockEntry
  readonly level: VerifyLevel
  readonly what: string
  /** A record is not what was written: it can be fetched or made again. Otherwise all are, and contradict each other. */
  readonly damaged: boolean
}

export interface Verified {
  /** Blocks that were looked at. */
  readonly blocks: number
  readonly fault: Fault | undefined
  /** Why less was verified than asked for: blocks were removed, there were too many changes for memory, it was ended. */
  readonly skipped: 'pruned' | 'memory' | 'ended' | undefined
}

export interface VerifyDeps {
  readonly params: ChainParams
  readonly curve: Curve
  readonly records: BlockRecords
  readonly coins: CoinTable
  readonly ledger: Ledger
}

/** Some 50 MB. */
const MOST_CHANGED = 200_000

interface Undone {
  readonly spent: readonly (readonly Coin[])[]
  readonly overwritten: ReadonlyMap<OutpointKey, Coin>
}

type Wrong = Pick<Fault, 'what' | 'damaged'>
type Found<T> = { readonly value: T; readonly wrong?: undefined } | { readonly wrong: Wrong }

const damaged = (what: string): Wrong => ({ what, damaged: true })
const contradiction = (what: string): Wrong => ({ what, damaged: false })

/** Goes down from the tip, changing nothing but a copy of the coins, and at level 4 up again. */
class Verification {
  private readonly coins: RewoundCoins
  /** Blocks taken back in memory, the highest first. */
  private readonly rewound: TreeEntry[] = []
  private readonly slices = new Slices()
  private seen = 0
  private skipped: Verified['skipped']

  constructor(
    private readonly deps: VerifyDeps,
    private readonly options: VerifyOptions,
  ) {
    this.coins = new RewoundCoins(deps.coins)
  }

  async run(): Promise<Verified> {
    const fault = (await this.down()) ?? (this.options.level === 4 ? await this.up() : undefined)
    return { blocks: this.seen, fault, skipped: this.skipped }
  }

  /** Whether to stop here, after the others had their turn. */
  private async ended(): Promise<boolean> {
    await this.slices.pause()
    if (!this.options.signal?.aborted) return false
    this.skipped = 'ended'
    return true
  }

  private async down(): Promise<Fault | undefined> {
    const { path } = this.deps.ledger
    const { blocks } = this.options
    const tip = path.length - 1
    const last = blocks > 0 && blocks < tip ? tip - blocks : 0
    for (let height = tip; height > last; height--) {
      const entry = path[height] as TreeEntry
      if (await this.ended()) return undefined
      if (this.deps.records.wasPruned(entry)) {
        this.skipped ??= 'pruned'
        return undefined
      }
      this.seen++
      const fault = await this.look(entry)
      if (fault) return fault
      this.options.looked?.(entry, this.seen)
    }
    return undefined
  }

  /** One block by itself, and against the coins as they are when those above it are taken back. */
  private async look(entry: TreeEntry): Promise<Fault | undefined> {
    const { level } = this.options
    const block = await this.read(entry)
    if (!block) return { entry, level: 0, ...damaged('the block cannot be read') }
    if (level < 1) return undefined
    await this.slices.pause()
    const rule = this.judgeAlone(block, entry)
    if (rule !== undefined) return { entry, level: 1, ...contradiction(rule) }
    if (level < 2) return undefined
    await this.slices.pause()
    const undone = await this.undoOf(block, entry)
    if (undone.wrong) return { entry, level: 2, ...undone.wrong }
    if (level < 3) return undefined
    await this.slices.pause()
    const wrong = await this.takeBack(block, entry, undone.value)
    return wrong && { entry, level: 3, ...wrong }
  }

  private async read(entry: TreeEntry): Promise<Block | undefined> {
    const raw = await this.deps.records.block(entry)
    return raw && inSlices(decodeBlockInSteps(raw), this.slices)
  }

  private judgeAlone(block: Block, entry: TreeEntry): string | undefined {
    const { params, curve } = this.deps
    const medianTimePast = (entry.parent as TreeEntry).medianTimePast
    return (
      checkHeaderAlone(block.header, block.hash, params) ??
      checkBlockSolution(block, params, curve) ??
      checkBlockAlone(block, params) ??
      checkBlockWithAncestors(block, { height: entry.height, medianTimePast }, params)
    )?.rule
  }

  private async undoOf(block: Block, entry: TreeEntry): Promise<Found<Undone>> {
    const record = await this.deps.records.undo(entry)
    if (!record) return { wrong: damaged('what the block spent cannot be read') }
    try {
      const value = decodeUndoWhole(record)
      const fits =
        value.spent.length === block.transactions.length &&
        block.transactions.every(({ inputs }, i) => value.spent[i]?.length === (i === 0 ? 0 : inputs.length))
      return fits ? { value } : { wrong: contradiction('what was stored as spent is not what the block spends') }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      return { wrong: contradiction(`what the block spent cannot be decoded: ${error.what}`) }
    }
  }

  private async takeBack(block: Block, entry: TreeEntry, { spent, overwritten }: Undone): Promise<Wrong | undefined> {
    if (this.coins.size > (this.options.mostChanged ?? MOST_CHANGED)) {
      this.skipped = 'memory'
      return undefined
    }
    const diff = disconnectDiff(block, spent, entry.height, overwritten)
    return this.withCoins(async () => {
      const what = misfit(block, diff, await this.coins.load(outpointsOf(block.transactions)))
      if (what !== undefined) return what
      this.coins.apply(diff)
      this.rewound.push(entry)
      return undefined
    })
  }

  /** A coin whose record is damaged is a fault like any other. */
  private async withCoins(work: () => Promise<string | undefined>): Promise<Wrong | undefined> {
    try {
      const what = await work()
      return what === undefined ? undefined : contradiction(what)
    } catch (error) {
      if (!isDamage(error)) throw error
      return damaged((error as Error).message)
    }
  }

  private async up(): Promise<Fault | undefined> {
    for (let entry = this.rewound.pop(); entry; entry = this.rewound.pop()) {
      const at = entry
      if (await this.ended()) return undefined
      const wrong = await this.withCoins(() => this.connect(at))
      if (wrong) return { entry, level: 4, ...wrong }
    }
    return undefined
  }

  private async connect(entry: TreeEntry): Promise<string | undefined> {
    const { params, ledger } = this.deps
    const block = await this.read(entry)
    if (!block) return 'the block cannot be read any more'
    const context = {
      height: entry.height,
      hash: block.hash,
      medianTimePast: (entry.parent as TreeEntry).medianTimePast,
      medianTimePastAt: (height: Height) => ledger.path[height]?.medianTimePast ?? 0,
      params,
    }
    const coins = await this.coins.load(outpointsOf(block.transactions))
    const outcome = await inSlices(connectBlockInSteps(block, coins, context), this.slices)
    if (outcome.reject) return outcome.reject.rule
    const failed = await ledger.checkScripts(block, outcome.value)
    if (failed) return failed.rule
    this.coins.apply(outcome.value.diff)
    return undefined
  }
}

/** Verifies the last blocks again (Core: VerifyDB). Nothing may be in flight meanwhile; nothing is changed. */
export const verifyChain = (deps: VerifyDeps, options: VerifyOptions): Promise<Verified> =>
  new Verification(deps, options).run()

/** How many blocks from the head down can be verified, of so many (0 being all): not those that a snapshot stands for. */
export function blocksToVerify(wanted: number, head: TreeEntry, base: TreeEntry | undefined): number {
  const all = head.height - (base?.height ?? 0)
  return wanted > 0 ? Math.min(wanted, all) : all
}
