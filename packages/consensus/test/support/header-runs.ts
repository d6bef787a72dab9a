import { decodeHeader, HEADER_SIZE, type Header, type Height, hashHeader } from '@raistone/primitives'
import { hasVectors, readVectorBytes, readVectors, vectorFiles } from '@raistone/testkit'
import { acceptHeader, type HeaderJudge } from '../../src/chain/accept-header.js'
import { EntryTable } from '../../src/chain/entry-table.js'
import type { HeaderView } from '../../src/chain/tree-entry.js'
import type { Clock } from '../../src/clock.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import type { PowAncestor } from '../../src/pow/ancestor.js'
import { nextBits } from '../../src/pow/retarget.js'
import { bitsToTarget, workOfBits } from '../../src/pow/target.js'
import type { Verdict } from '../../src/verdict.js'
import type { BitcoinChain } from './bitcoin-chains.js'

/** Consecutive headers of one of Bitcoin's chains. */
export interface HeaderRun {
  readonly path: string
  readonly network: BitcoinChain
  /** Height of the first. */
  readonly from: Height
  readonly headers: readonly Header[]
}

/** Files of headers back to back say by their names whose they are. */
const RUN_NAME = /^headers\/(\w+?)_(\d+)_(\d+)\.bin$/

/** The files of header runs among the vectors. */
export const headerRunFiles = (): string[] => vectorFiles('headers').filter(path => RUN_NAME.test(path))

export function readHeaderRun(path: string): HeaderRun {
  const [, network, from] = RUN_NAME.exec(path) as RegExpExecArray
  const bytes = readVectorBytes(path)
  const headers = Array.from({ length: bytes.length / HEADER_SIZE }, (_, i) =>
    decodeHeader(bytes.subarray(i * HEADER_SIZE, (i + 1) * HEADER_SIZE)),
  )
  return { path, network: network as BitcoinChain, from: Number(from), headers }
}

const CHAINWORK = 'headers/chainwork.json'

/** Published total work of mainnet by height, ascending. */
export function publishedWork(): ReadonlyMap<Height, bigint> {
  if (!hasVectors(CHAINWORK)) return new Map()
  const rows = Object.entries(readVectors<Record<string, string>>(CHAINWORK))
  return new Map(rows.map(([height, work]) => [Number(height), BigInt(`0x${work}`)] as const).sort(([a], [b]) => a - b))
}

/** Headers that BIP-0113's median looks at. */
export const MEDIAN_SPAN = 11

/** How far the times of two neighbours may plausibly lie apart: what the rules allow ahead, and some slow blocks. */
const MOST_APART_SEC = 4 * 3600

const intervalOf = ({ pow }: ChainParams): number =>
  pow.retarget.kind === 'bitcoin' ? pow.retarget.intervalBlocks : Number.POSITIVE_INFINITY

/**
 * The time of the first block of the interval in which the run begins, where it is not in the run: the retarget at the
 * end of the interval tells it but for a few seconds. Undefined where no likely time gives that retarget.
 */
function firstTimeOf({ from, headers }: HeaderRun, params: ChainParams): number | undefined {
  const interval = intervalOf(params)
  const before = from % interval
  const [first, last, next] = [headers[0], headers[interval - before - 1], headers[interval - before]]
  if (!first || !last || !next) return first?.time
  const wanted = bitsToTarget(next.bits)
  let earliest = first.time - MOST_APART_SEC - 2 * before * params.pow.spacingSec
  let latest = first.time + MOST_APART_SEC
  while (earliest <= latest) {
    const time = Math.floor((earliest + latest) / 2)
    const start: PowAncestor = { time, bits: first.bits, height: from - before, parent: undefined }
    const parent: PowAncestor = { ...last, height: from - before + interval - 1, parent: undefined, skip: start }
    const target = bitsToTarget(nextBits(parent, next.time, params))
    if (target === wanted) return time
    // The earlier it began, the longer the interval took, and the easier the next one.
    if (target > wanted) earliest = time + 1
    else latest = time - 1
  }
  return undefined
}

/** Stands for what is before the run: the first block of the interval, with the work up to the run's parent. */
function standIn(run: HeaderRun, params: ChainParams, chainWork: bigint, table: EntryTable): number | undefined {
  const { from, headers } = run
  const time = firstTimeOf(run, params)
  if (time === undefined) return undefined
  const header: Header = { ...(headers[0] as Header), time }
  const height = from - (from % intervalOf(params))
  return table.place((headers[0] as Header).prev, header, { height, chainWork, parent: undefined })
}

/** What came of judging a run. */
export interface JudgedRun {
  readonly entries: readonly HeaderView[]
  /** Of the first header that was refused, at the end of `entries`. */
  readonly reject: Verdict
}

/**
 * Judges a run from the middle of a chain. Its first headers cannot be compared with all the ancestors that the rules
 * ask about and are taken as they are; from the twelfth on every rule is asked. `work` is the total before the run.
 */
export function judgeRun(run: HeaderRun, params: ChainParams, clock: Clock, work = 0n): JudgedRun {
  const table = new EntryTable()
  const tree: HeaderJudge['tree'] = {
    look: hash => {
      const row = table.find(hash)
      return row < 0 ? undefined : table.look(row)
    },
    insert: (hash, header, parent) => table.look(table.append(hash, header, parent.row)),
  }
  const judge = { tree, params, clock }
  const { from, headers } = run
  const before = from % intervalOf(params) === 0 ? undefined : standIn(run, params, work, table)
  if (before === undefined && from % intervalOf(params) !== 0)
    return { entries: [], reject: { rule: 'bad-diffbits', cause: 'header', detail: 'for any time of the first block' } }
  const [first] = headers as readonly [Header]
  const root = table.place(hashHeader(first), first, {
    height: from,
    chainWork: work + workOfBits(first.bits),
    parent: before,
  })
  const entries: HeaderView[] = [table.look(root)]
  for (const header of headers.slice(1, MEDIAN_SPAN))
    entries.push(tree.insert(hashHeader(header), header, entries.at(-1) as HeaderView))
  for (const header of headers.slice(MEDIAN_SPAN)) {
    const outcome = acceptHeader(header, judge)
    if (outcome.reject) return { entries, reject: outcome.reject }
    entries.push(outcome.value.entry)
  }
  return { entries, reject: undefined }
}
