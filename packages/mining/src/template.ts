import {
  bitsToTarget,
  type ChainParams,
  MAX_BLOCK_SIGOPS_COST,
  MAX_BLOCK_WEIGHT,
  nextBits,
  nowSec,
} from '@raistone/consensus'
import type { MempoolEntry } from '@raistone/mempool'
import { type Block, createBlock, type Height, merkleRoot, type Sats } from '@raistone/primitives'
import { createCoinbase } from './coinbase.js'
import type { MiningChain, TemplateDeps } from './deps.js'
import { selectTransactions } from './select.js'

/** A block that needs nothing but a nonce. */
export interface BlockTemplate {
  readonly block: Block
  readonly height: Height
  readonly target: bigint
  readonly fees: Sats
  readonly entries: readonly MempoolEntry[]
}

export interface TemplateOptions {
  readonly extraNonce?: number
  /** Of the whole block. */
  readonly maxWeight?: number
  /** Satoshis for 1,000 virtual bytes. */
  readonly minFeeRate?: Sats
}

/** Core's reserve for header, count and coinbase. */
const RESERVED_WEIGHT = 8000
const RESERVED_SIGOPS = 400
/** Core's -blockmintxfee. */
export const BLOCK_MIN_FEE_RATE = 1n
/** BIP-0009's base, no bit signalled. */
const BLOCK_VERSION = 0x20000000

/** The earliest time that the rules allow a block on the tip, seconds. */
export function earliestTime({ tip, params }: Pick<MiningChain, 'tip' | 'params'>): number {
  const afterMedian = tip.medianTimePast + 1
  return params.pow.retarget.kind === 'relative' ? Math.max(afterMedian, tip.header.time + 1) : afterMedian
}

/** Whether a block on the tip could be valid by our clock. */
export const timeAllows = (chain: Pick<MiningChain, 'tip' | 'params'>, now: number): boolean =>
  earliestTime(chain) <= now + futureLimit(chain.params)

const futureLimit = ({ pow }: ChainParams): number => pow.futureLimitSec

/** A block on the tip that pays the script, with the waiting transactions that pay best. */
export async function createTemplate(
  deps: TemplateDeps,
  payTo: Uint8Array,
  options: TemplateOptions = {},
): Promise<BlockTemplate> {
  const { chain, mempool, clock } = deps
  await mempool.settled()
  const { extraNonce = 0, maxWeight = MAX_BLOCK_WEIGHT, minFeeRate = BLOCK_MIN_FEE_RATE } = options
  const room = { weight: maxWeight - RESERVED_WEIGHT, sigops: MAX_BLOCK_SIGOPS_COST - RESERVED_SIGOPS }
  // The subsidy is not lost for a pool that does not know yet what is valid.
  const entries = mempool.reorganising ? [] : selectTransactions(mempool, room, minFeeRate)
  const fees = entries.reduce((sum, entry) => sum + entry.fee, 0n)
  const { tip, params } = chain
  const height = tip.height + 1
  const others = entries.map(entry => entry.tx)
  const coinbase = createCoinbase({ height, fees, payTo, extraNonce, others }, params)
  const transactions = [coinbase, ...others]
  const time = Math.max(earliestTime(chain), nowSec(clock))
  const bits = nextBits(tip, time, params)
  const header = {
    version: BLOCK_VERSION,
    prev: tip.hash,
    merkleRoot: merkleRoot(transactions.map(tx => tx.txid)).root,
    time,
    bits,
    nonce: 0,
  }
  return { block: createBlock(header, transactions), height, target: bitsToTarget(bits), fees, entries }
}
