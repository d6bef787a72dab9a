import { blockSubsidy } from '@raistone/consensus'
import { toHex } from '@raistone/primitives'
import { isMinimalNumber, parseScriptNumber, scriptNumber } from '@raistone/script'
import type { Draw } from '../equal-tiers/draw.js'
import { digits, edgeOr, type Section } from './section.js'
import { drawTarget } from './targets.js'

const POWERS = Array.from({ length: 49 }, (_, i) => 1n << BigInt(i))
const edgeNumbers = POWERS.flatMap(power => [power - 1n, power, power + 1n]).flatMap(n => [n, -n])

function drawNumber(draw: Draw): bigint {
  const size = drawTarget(draw) >> 192n
  return draw.onceIn(2) ? -size : size
}

/** Every way to read the bytes. */
const readings = (bytes: Uint8Array): string =>
  [4, 5, 6].flatMap(length => [true, false].map(minimal => digits(parseScriptNumber(bytes, minimal, length)))).join(' ')

function drawNumberBytes(draw: Draw): Uint8Array {
  const bytes = draw.bytes(draw.below(8))
  // Ends that a shorter encoding might do without.
  if (bytes.length > 0 && draw.onceIn(2)) bytes[bytes.length - 1] = draw.pick([0, 0x80])
  return bytes
}

function subsidyLine(draw: Draw): string {
  const halvingBlocks = draw.pick([210_000, 150, 1 + draw.below(1_000_000)])
  const subsidy = draw.pick([5_000_000_000n, BigInt(draw.below(2 ** 32)) * BigInt(1 + draw.below(500_000))])
  const money = { subsidy, halvingBlocks, maxMoney: 2_100_000_000_000_000n }
  const halvings = draw.below(70)
  const heights = [-1, 0, 1, draw.below(halvingBlocks)].map(past => Math.max(0, halvings * halvingBlocks + past))
  const subsidies = heights.map(height => `${height} ${blockSubsidy(height, { money })}`)
  return `${subsidy} ${halvingBlocks}: ${subsidies.join(', ')}`
}

/** Numbers as scripts hold them, and new money. */
export const numberSections: readonly Section[] = [
  {
    name: 'script numbers, encoded',
    cases: 4_000,
    line(draw, number) {
      const value = edgeOr(edgeNumbers, number, () => drawNumber(draw))
      const bytes = scriptNumber(value)
      return `${value}: ${toHex(bytes)} ${isMinimalNumber(bytes)} ${readings(bytes)}`
    },
  },
  {
    name: 'script numbers, read',
    cases: 4_000,
    line(draw) {
      const bytes = drawNumberBytes(draw)
      return `${toHex(bytes)}: ${isMinimalNumber(bytes)} ${readings(bytes)}`
    },
  },
  { name: 'block subsidies', cases: 3_000, line: subsidyLine },
]
