import {
  asertTarget,
  bitcoinTarget,
  type ChainParams,
  nextBits,
  type Retarget,
  targetToBits,
  workOfBits,
} from '@raistone/consensus'
import type { Draw } from '../equal-tiers/draw.js'
import { hex, type Section } from './section.js'
import { drawBits, drawTarget } from './targets.js'

type Pow = ChainParams['pow']

interface Ancestor {
  readonly time: number
  readonly bits: number
  readonly height: number
  readonly parent: Ancestor | undefined
}

/** A chain to be grown under one rule. */
interface Plan {
  readonly pow: Pow
  readonly blocks: number
}

const drawLimit = (draw: Draw): bigint => (0xffffn << 208n) << BigInt(draw.below(32))
const drawSpacing = (draw: Draw): number => draw.pick([600, 150, 60, 30, 1 + draw.below(1_000)])
const drawHalfLife = (draw: Draw): number => draw.pick([172_800, 86_400, 3_600, 1 + draw.below(1_000_000)])

const plan = (draw: Draw, retarget: Retarget, blocks: number): Plan => ({
  pow: { limit: drawLimit(draw), spacingSec: drawSpacing(draw), retarget, futureLimitSec: 7_200 },
  blocks,
})

function bitcoinPlan(draw: Draw, rule: { allowMinDifficulty: boolean; enforceBip94: boolean }): Plan {
  const intervalBlocks = draw.pick([2, 3, 12, 144, 144, 2_016])
  return plan(draw, { kind: 'bitcoin', intervalBlocks, ...rule }, 2 * intervalBlocks + 40)
}

/** Seconds from block to block; a chain's pace is per cent of its spacing. */
function drawStep(draw: Draw, spacingSec: number, pace: number): number {
  if (!draw.onceIn(8)) return draw.below(1 + Math.floor((2 * spacingSec * pace) / 100))
  return draw.pick([
    0,
    -draw.below(spacingSec + 1),
    // Where a testnet block is excused from difficulty, and one second before.
    2 * spacingSec,
    2 * spacingSec + 1,
    spacingSec * draw.below(100),
    draw.below(2 ** 20),
  ])
}

/** The bits that the rule asks for after each block, now and then one with bits that it did not ask for. */
function grow(draw: Draw, { pow, blocks }: Plan): string {
  const pace = draw.pick([20, 60, 100, 100, 150, 400])
  const asked: string[] = []
  let work = 0n
  let tip: Ancestor | undefined
  let time = 1_231_006_505
  let bits = targetToBits(pow.limit >> BigInt(draw.below(40)))
  for (let height = 0; height < blocks; height++) {
    tip = { time, bits, height, parent: tip }
    work += workOfBits(bits)
    time += drawStep(draw, pow.spacingSec, pace)
    const next = nextBits(tip, time, { pow })
    asked.push(hex(next))
    bits = draw.onceIn(60) ? drawBits(draw) : next
  }
  return `${asked.join(' ')}; work ${hex(work)}`
}

function chains(name: string, cases: number, makePlan: (draw: Draw) => Plan): Section {
  return {
    name: `retarget: ${name}`,
    cases,
    line(draw) {
      const made = makePlan(draw)
      const { retarget, limit, spacingSec } = made.pow
      return `${JSON.stringify(retarget)} limit ${hex(limit)} spacing ${spacingSec}: ${grow(draw, made)}`
    },
  }
}

/** A number of either sign, of any length up to `bits` as likely as any other. */
function drawSigned(draw: Draw, bits: number): number {
  const size = Math.floor(draw.below(2 ** 32) / 2 ** draw.below(32)) * 2 ** draw.below(bits - 31)
  return draw.onceIn(2) ? -size : size
}

function scheduleLine(draw: Draw): string {
  const schedule = {
    anchorTarget: drawTarget(draw),
    timeDiff: drawSigned(draw, 40),
    heightDiff: draw.below(2 ** 22),
    spacingSec: drawSpacing(draw),
    halfLifeSec: drawHalfLife(draw),
  }
  const limit = drawTarget(draw)
  const { anchorTarget, ...rest } = schedule
  return `${hex(anchorTarget)} ${JSON.stringify(rest)} ${hex(limit)}: ${hex(asertTarget(schedule, limit))}`
}

function intervalLine(draw: Draw): string {
  const [base, limit] = [drawTarget(draw), drawTarget(draw)]
  const wantedSec = draw.pick([1_209_600, 1 + draw.below(2 ** 24)])
  const actualSec = draw.onceIn(3) ? drawSigned(draw, 34) : draw.below(5 * wantedSec)
  return `${hex(base)} ${actualSec} ${wantedSec} ${hex(limit)}: ${hex(bitcoinTarget(base, actualSec, wantedSec, limit))}`
}

/** Every kind of retarget over chains of blocks, and the two formulas on numbers that few chains reach. */
export const retargetSections: readonly Section[] = [
  chains('bitcoin', 48, draw => bitcoinPlan(draw, { allowMinDifficulty: false, enforceBip94: false })),
  chains('bitcoin, minimum difficulty', 48, draw =>
    bitcoinPlan(draw, { allowMinDifficulty: true, enforceBip94: false }),
  ),
  chains('bitcoin, BIP-0094', 48, draw => bitcoinPlan(draw, { allowMinDifficulty: true, enforceBip94: true })),
  chains('asert', 150, draw =>
    plan(draw, { kind: 'asert', halfLifeSec: drawHalfLife(draw), anchorHeight: draw.below(20) }, 150),
  ),
  chains('relative', 150, draw =>
    plan(draw, { kind: 'relative', halfLifeSec: drawHalfLife(draw), maxGapSec: 1 + draw.below(100_000) }, 150),
  ),
  chains('none', 10, draw => plan(draw, { kind: 'none' }, 10)),
  { name: 'asert schedules', cases: 5_000, line: scheduleLine },
  { name: 'bitcoin intervals', cases: 5_000, line: intervalLine },
]
