import type { Block, Transaction } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'
import type { Coin } from '../coin.js'
import { checkScripts } from '../rules/block/with-scripts.js'
import type { RuleVerdict } from '../rules/rule.js'
import type { ScriptCache } from '../verify/script-cache.js'
import type { ScriptChecks, ScriptJob, ScriptVerifier, SignatureTally } from '../verify/script-verifier.js'

/** What checks scripts. */
export interface BlockScriptsDeps {
  readonly verifier: ScriptVerifier
  readonly tally: SignatureTally
  /** Transactions whose scripts were checked before. */
  readonly scriptCache?: Pick<ScriptCache, 'has'> | undefined
}

/** The coins that each of these spends, in their order; undefined if one is not there. */
type CoinsOf = (transactions: readonly Transaction[]) => Promise<readonly (readonly Coin[])[] | undefined>

/** Transactions whose scripts are being checked. */
interface Part {
  readonly jobs: readonly ScriptJob[]
  readonly checks: ScriptChecks
}

/**
 * The checks of a block's scripts, begun part by part in the order of its transactions. The coinbase has none, and those
 * that are known to be valid are left out.
 */
export class BlockScripts {
  private readonly parts: Part[] = []
  /** The first transaction that is in no part yet. */
  private next = 1

  constructor(
    readonly block: Block,
    private readonly flags: ScriptFlags,
    private readonly deps: BlockScriptsDeps,
  ) {}

  /**
   * Begins with the transactions up to there that are in no part. `coinsOf` gives the coins that each of the
   * transactions it is asked for spends; if it gives none, nothing is begun.
   */
  async begin(coinsOf: CoinsOf, end = this.block.transactions.length): Promise<void> {
    const { verifier, tally, scriptCache } = this.deps
    const first = this.block.transactions.slice(0, end)
    const places = first.flatMap(({ wtxid }, i) => (i < this.next || scriptCache?.has(wtxid, this.flags) ? [] : i))
    const spent = places.length > 0 ? await coinsOf(first) : []
    if (!spent) return
    this.next = Math.max(this.next, end)
    if (places.length === 0) return
    const jobs = places.map(i => ({ tx: first[i] as Transaction, spent: spent[i] ?? [] }))
    this.parts.push({ jobs, checks: verifier.begin(jobs, this.flags, tally) })
  }

  /** Whether every input satisfies the script it spends; of several failures the first is told. To be called once. */
  async finish(): Promise<RuleVerdict> {
    for (const [i, { jobs, checks }] of this.parts.entries()) {
      const failure = await checks.finish()
      if (!failure) continue
      for (const { checks: later } of this.parts.slice(i + 1)) later.abandon()
      return checkScripts({ ...failure, txid: (jobs[failure.index] as ScriptJob).tx.txid })
    }
    return undefined
  }

  /** The block is of no interest any more. */
  abandon(): void {
    for (const { checks } of this.parts) checks.abandon()
  }
}
