import { bitsToTarget, checkProofOfWork, readCompact, targetToBits, workOfBits } from '@raistone/consensus'
import { type BlockHash, toHex } from '@raistone/primitives'
import type { Draw } from '../equal-tiers/draw.js'
import { edgeOr, hex, type Section } from './section.js'

const lengths = [0, 1, 2, 3, 4, 5, 28, 29, 30, 31, 32, 33, 34, 35, 36, 127, 128, 254, 255]
const mantissas = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffff, 0x800000, 0x800001, 0xffffff,
]
/** Where one reading of a compact target ends and the next begins. */
const edgeBits = lengths.flatMap(length => mantissas.map(mantissa => length * 2 ** 24 + mantissa))

/** Any 32 bits, or such as stand for a target of up to 36 bytes. */
export const drawBits = (draw: Draw): number =>
  draw.onceIn(2) ? draw.below(2 ** 32) : draw.below(37) * 2 ** 24 + draw.below(2 ** 24)

const readBits = (bits: number): string => {
  const { target, negative, overflow } = readCompact(bits)
  const usable = bitsToTarget(bits)
  return `${hex(bits)}: ${hex(target)} ${negative} ${overflow} ${hex(usable)} ${hex(targetToBits(usable))}`
}

const POWERS = Array.from({ length: 256 }, (_, i) => 1n << BigInt(i))
const edgeTargets = [0n, ...POWERS.flatMap(power => [power - 1n, power, power + 1n]), 2n ** 256n - 1n]

/** A number of up to 256 bits, of any length as likely as any other. */
export const drawTarget = (draw: Draw): bigint => BigInt(`0x${toHex(draw.bytes(32))}`) >> BigInt(draw.below(256))

/** A hash at or beside the target, or any. */
function drawHash(draw: Draw, target: bigint): BlockHash {
  const near = draw.pick([target, target + 1n, drawTarget(draw)])
  return (near >> 256n ? 'ff'.repeat(32) : hex(near).padStart(64, '0')) as BlockHash
}

function judgeHash(draw: Draw, bits: number): string {
  const hash = drawHash(draw, bitsToTarget(bits))
  const limit = drawTarget(draw)
  return `${hash} ${hex(bits)} ${hex(limit)}: ${checkProofOfWork(hash, bits, limit)}`
}

/** Compact targets, both ways, and what follows from one. */
export const targetSections: readonly Section[] = [
  {
    name: 'compact targets',
    cases: 6_000,
    line: (draw, number) => readBits(edgeOr(edgeBits, number, () => drawBits(draw))),
  },
  {
    name: 'targets made compact',
    cases: 6_000,
    line(draw, number) {
      const target = edgeOr(edgeTargets, number, () => drawTarget(draw))
      const bits = targetToBits(target)
      return `${hex(target)}: ${hex(bits)} ${hex(bitsToTarget(bits))}`
    },
  },
  {
    name: 'work',
    cases: 4_000,
    line(draw, number) {
      const bits = edgeOr(edgeBits, number, () => drawBits(draw))
      return `${hex(bits)}: ${hex(workOfBits(bits))}`
    },
  },
  {
    name: 'proof of work',
    cases: 3_000,
    line: (draw, number) =>
      judgeHash(
        draw,
        edgeOr(edgeBits, number, () => drawBits(draw)),
      ),
  },
]
