import { expect, test } from '@jest/globals'
import { vectorSuite } from '@raistone/testkit/jest'
import { bitsToTarget, targetToBits, workOfBits } from '../src/pow/target.js'
import { bitcoinChain } from './support/bitcoin-chains.js'
import { headerRunFiles, publishedWork, readHeaderRun } from './support/header-runs.js'

const mainnet = bitcoinChain('mainnet')
const INTERVAL = 2016
const SPACE = 2n ** 256n

/** The bits whose work this is; undefined where there are none. Work is so much coarser than bits that no others are. */
function bitsOfWork(work: bigint): number | undefined {
  if (work < 1n) return undefined
  const bits = targetToBits(SPACE / work - 1n)
  return workOfBits(bits) === work ? bits : undefined
}

/** What lies between two rows: so many blocks of the same bits. */
interface Stretch {
  readonly last: number
  readonly period: number
  readonly bits: number | undefined
}

/** The blocks from one row to the next, if they are all of one difficulty period. */
function stretchTo(last: number, work: bigint, before: readonly [height: number, work: bigint]): Stretch | undefined {
  const period = Math.floor(last / INTERVAL)
  const count = BigInt(last - before[0])
  if (Math.floor((before[0] + 1) / INTERVAL) !== period) return undefined
  const each = (work - before[1]) / count
  return { last, period, bits: each * count === work - before[1] ? bitsOfWork(each) : undefined }
}

vectorSuite('headers/chainwork.json', cases => {
  const rows = [...publishedWork()]
  /** The first row's own past is not there, unless it is the genesis block's. */
  const genesisFirst: readonly (readonly [number, bigint])[] = rows[0]?.[0] === 0 ? [[-1, 0n], ...rows] : rows
  const stretches = genesisFirst.slice(1).map(([height, work], i) => {
    const [before] = [genesisFirst[i] as readonly [number, bigint]]
    return { from: before[0], height, stretch: stretchTo(height, work, before) }
  })
  const periods = new Map<number, Set<number | undefined>>()
  for (const { stretch } of stretches)
    if (stretch) periods.set(stretch.period, (periods.get(stretch.period) ?? new Set()).add(stretch.bits))

  test('every row is the one before it and the work of as many blocks of the same bits', () => {
    expect(stretches.filter(({ stretch }) => stretch && stretch.bits === undefined)).toEqual([])
    expect([...periods].filter(([, bits]) => bits.size !== 1)).toEqual([])
    const linked = new Set(stretches.flatMap(({ from, height, stretch }) => (stretch ? [from, height] : [])))
    const alone = rows.filter(([height]) => !linked.has(height))
    cases.ran(rows.length - alone.length)
    for (const [height] of alone)
      cases.skip(`${height}`, 'no other row is in the same difficulty period, or next to it')
  })

  test('no period is more than four times as hard as the one before it, nor less than a quarter', () => {
    for (const [period, [bits]] of periods) {
      const [before] = periods.get(period - 1) ?? []
      if (before === undefined || bits === undefined) continue
      const [old, next] = [bitsToTarget(before), bitsToTarget(bits)]
      expect(targetToBits(next)).toBe(bits)
      expect([period, next <= 4n * old && next <= mainnet.pow.limit]).toEqual([period, true])
      // What is rounded off at most when the target is written as bits.
      expect([period, next + (next >> 15n) >= old / 4n]).toEqual([period, true])
    }
  })

  test('the bits are those of the headers that are here', () => {
    const wrong = headerRunFiles().flatMap(path => {
      const { network, from, headers } = readHeaderRun(path)
      if (network !== 'mainnet') return []
      return headers.flatMap(({ bits }, i) => {
        const [worked] = periods.get(Math.floor((from + i) / INTERVAL)) ?? [bits]
        return worked === bits ? [] : [from + i]
      })
    })
    expect(wrong).toEqual([])
  })
})
