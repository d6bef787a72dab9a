import type { ChainParams } from '../../src/params/chain-params.js'
import { nextBits } from '../../src/pow/retarget.js'
import { workOfBits } from '../../src/pow/target.js'
import { checkHeaderWithAncestors } from '../../src/rules/header/with-ancestors.js'
import type { Verdict } from '../../src/verdict.js'
import { entryOn, type FreeEntry } from './free-entry.js'

/** Headers on a chain's genesis block, judged by the real rules but for the work, which is drawn by lot. */
export class VirtualChain {
  tip: FreeEntry

  constructor(readonly params: ChainParams) {
    const { time, bits } = params.genesis.header
    this.tip = entryOn(undefined, { time, bits })
  }

  /** Hashes that the next block takes on average, if it has this time. */
  workAt(timeSec: number): number {
    return Number(workOfBits(nextBits(this.tip, timeSec, this.params)))
  }

  /** The earliest time that the rules allow. */
  get earliestSec(): number {
    const { medianTimePast, header } = this.tip
    return Math.max(medianTimePast, this.params.pow.retarget.kind === 'relative' ? header.time : 0) + 1
  }

  /** Adds a block of this time, if somebody with this clock finds nothing wrong with it. */
  add(timeSec: number, nowSec: number): Verdict {
    const parent = this.tip
    const bits = nextBits(parent, timeSec, this.params)
    const entry = entryOn(parent, { time: timeSec, bits })
    const { medianTimePast } = parent
    const verdict = checkHeaderWithAncestors(
      entry.header,
      { parent, medianTimePast, expectedBits: bits, nowSec },
      this.params,
    )
    if (!verdict) this.tip = entry
    return verdict
  }
}
