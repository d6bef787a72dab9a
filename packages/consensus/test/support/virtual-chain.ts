import type { BlockHash, Header, MerkleRoot } from '@raistone/primitives'
import { medianTime, TreeEntry } from '../../src/chain/tree-entry.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { nextBits } from '../../src/pow/retarget.js'
import { workOfBits } from '../../src/pow/target.js'
import { checkHeaderWithAncestors } from '../../src/rules/header/with-ancestors.js'
import type { Verdict } from '../../src/verdict.js'

/** A header of which only time, bits and version matter; the hash tells it from others. */
export function entryOn(parent: TreeEntry | undefined, fields: Partial<Header>): TreeEntry {
  const height = parent ? parent.height + 1 : 0
  const header: Header = {
    version: 0x20000000,
    prev: (parent?.hash ?? '') as BlockHash,
    merkleRoot: '' as MerkleRoot,
    time: 0,
    bits: 0,
    nonce: 0,
    ...fields,
  }
  const work = (parent?.chainWork ?? 0n) + workOfBits(header.bits)
  return new TreeEntry(`${height}` as BlockHash, header, height, parent, work, medianTime(header.time, parent))
}

/** Headers on a chain's genesis block, judged by the real rules but for the work, which is drawn by lot. */
export class VirtualChain {
  tip: TreeEntry

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
