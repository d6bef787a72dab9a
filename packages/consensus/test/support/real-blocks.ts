import { type Block, decodeBlock, fromHex, type Height, type OutpointKey, outpointKey } from '@raistone/primitives'
import { hasVectors, readVectorBytes, readVectors } from '@raistone/testkit'
import type { Coin, CoinView } from '../../src/coin.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { checkBlockAlone } from '../../src/rules/block/alone.js'
import { checkBlockWithAncestors } from '../../src/rules/block/with-ancestors.js'
import { type Connected, connectBlock } from '../../src/rules/block/with-coins.js'
import { checkHeaderAlone } from '../../src/rules/header/alone.js'
import type { Outcome, Verdict } from '../../src/verdict.js'
import type { ScriptJob } from '../../src/verify/script-verifier.js'
import { type BitcoinChain, bitcoinChain } from './bitcoin-chains.js'

/** What `blocks/index.json` says of a block. */
export interface BlockFacts {
  readonly file: string
  readonly network: BitcoinChain
  readonly height: Height
  readonly hash: string
  readonly prev: string
  readonly merkle_root: string
  readonly time: number
  readonly bits: string
  readonly n_tx: number
  readonly n_inputs: number
  readonly size: number
  readonly stripped_size: number
  readonly weight: number
  readonly has_witness: boolean
  readonly witness_commitment: string | null
  readonly first_txid: string
  readonly last_txid: string
  readonly coinbase_out: number
  readonly spent_file?: string
  readonly spent_known?: number
  readonly fees?: number
  readonly subsidy?: number
  readonly coinbase_claims_all?: boolean
}

export const BLOCK_INDEX = 'blocks/index.json'

/** The facts of every block that is among the vectors. */
export const blockFacts = (): BlockFacts[] => (hasVectors(BLOCK_INDEX) ? readVectors<BlockFacts[]>(BLOCK_INDEX) : [])

/** value, script, and where they are known height, whether of a coinbase, median time past. */
type SpentEntry = readonly [number, string, (number | null)?, (number | null)?, (number | null)?]

/** The outputs that one input spends, and what is known of where it comes from. */
export interface SpentCoin extends Coin {
  /** Of the block before the one that made it, as BIP-0068 counts; undefined where unknown. */
  readonly medianTimePast: number | undefined
}

/**
 * Where height and kind of a coin are not told, it counts as an old one of no coinbase: maturity and relative locks,
 * which the block obeyed, ask nothing of it then.
 */
function spentCoin([value, script, height, coinbase, medianTimePast]: SpentEntry): SpentCoin {
  return {
    value: BigInt(value),
    script: fromHex(script),
    height: height ?? 0,
    coinbase: coinbase === 1,
    medianTimePast: medianTimePast ?? undefined,
  }
}

/** A real block with all that is told of it. */
export interface RealBlock {
  readonly facts: BlockFacts
  readonly block: Block
  readonly params: ChainParams
  /** For every transaction but the coinbase one coin an input, undefined where it is not told. */
  readonly known: readonly (readonly (SpentCoin | undefined)[])[] | undefined
  /** The same if all of them are told. */
  readonly spent: readonly (readonly SpentCoin[])[] | undefined
}

const isTold = (entry: SpentEntry | null): entry is SpentEntry =>
  typeof entry?.[0] === 'number' && typeof entry[1] === 'string'

function readKnown(path: string): RealBlock['known'] {
  if (!hasVectors(path)) return undefined
  const { spent } = readVectors<{ spent: readonly (readonly (SpentEntry | null)[])[] }>(path)
  return spent.map(coins => coins.map(entry => (isTold(entry) ? spentCoin(entry) : undefined)))
}

/** The coins of one transaction, if all are told. */
const whole = (coins: readonly (SpentCoin | undefined)[]): readonly SpentCoin[] | undefined =>
  coins.includes(undefined) ? undefined : (coins as readonly SpentCoin[])

export function readRealBlock(facts: BlockFacts): RealBlock {
  const known = readKnown(facts.file.replace(/\.bin$/, '.spent.json'))
  const complete = known?.every(coins => whole(coins))
  return {
    facts,
    block: decodeBlock(readVectorBytes(facts.file)),
    params: bitcoinChain(facts.network),
    known,
    spent: complete ? (known as RealBlock['spent']) : undefined,
  }
}

/** Every transaction of which all spent outputs are told, to have its inputs checked. */
export const scriptJobs = ({ block, known = [] }: RealBlock): ScriptJob[] =>
  known.flatMap((coins, i) => {
    const [tx, spent] = [block.transactions[i + 1], whole(coins)]
    return tx && spent ? [{ tx, spent }] : []
  })

/**
 * What the block's ancestors say is not here. Its own time is later than their median by rule, and so no lock that the
 * true median lets pass is held by this one.
 */
const medianTimeBound = ({ block }: RealBlock): number => block.header.time - 1

/** All that needs no coins. The header's place in the chain is for the runs of headers to judge. */
export function judgeWithoutCoins(real: RealBlock, block: Block = real.block): Verdict {
  const { params, facts } = real
  return (
    checkHeaderAlone(block.header, block.hash, params) ??
    checkBlockAlone(block, params) ??
    checkBlockWithAncestors(block, { height: facts.height, medianTimePast: medianTimeBound(real) }, params)
  )
}

/** The coins that are there before the block: what it spends, but for what it makes itself. */
export function coinsBefore({ block, spent = [] }: RealBlock): CoinView {
  const own = new Set<string>(block.transactions.map(({ txid }) => txid))
  const coins = new Map<OutpointKey, Coin>()
  block.transactions.slice(1).forEach(({ inputs }, i) => {
    inputs.forEach(({ prevout }, at) => {
      const coin = spent[i]?.[at]
      if (coin && !own.has(prevout.txid)) coins.set(outpointKey(prevout), coin)
    })
  })
  return coins
}

/** Median times by the height of the block that had them for its past; where none is told, one that locks nothing. */
function medianTimes({ spent = [] }: RealBlock): (height: Height) => number {
  const known = new Map(
    spent
      .flat()
      .flatMap(({ height, medianTimePast }) => (medianTimePast === undefined ? [] : [[height - 1, medianTimePast]])),
  )
  return height => known.get(height) ?? 0
}

/** What the coins say: sigops, values, fees, maturity, relative locks, the coinbase's amount. Scripts are not run yet. */
export function connectRealBlock(real: RealBlock, coins: CoinView = coinsBefore(real)): Outcome<Connected> {
  const { block, facts, params } = real
  return connectBlock(block, coins, {
    height: facts.height,
    hash: block.hash,
    medianTimePast: medianTimeBound(real),
    medianTimePastAt: medianTimes(real),
    params,
  })
}
