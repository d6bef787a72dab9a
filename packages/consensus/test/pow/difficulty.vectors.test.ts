import { expect, test } from '@jest/globals'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import type { PowAncestor } from '../../src/pow/ancestor.js'
import { asertTarget, bitcoinTarget, nextBits } from '../../src/pow/retarget.js'
import { bitsToTarget, readCompact, targetToBits } from '../../src/pow/target.js'

interface AsertRun {
  readonly run: number
  readonly description: string
  readonly anchor_height: number
  readonly anchor_parent_time: number
  readonly anchor_nbits: string
  readonly rows: readonly (readonly [iteration: number, height: number, time: number, bits: string])[]
}

interface PowVectors {
  readonly retarget: readonly {
    readonly first_block_time: number
    readonly last_height: number
    readonly last_time: number
    readonly last_nbits: string
    readonly expected_nbits: string
  }[]
  readonly compact: readonly {
    readonly compact: number
    readonly value: string
    readonly recompact: number
    readonly negative: boolean
    readonly overflow: boolean
  }[]
}

/** Of mainnet, and of the chain that aserti3-2d was made for. */
const LIMIT = bitsToTarget(0x1d00ffff)
const SPACING_SEC = 600
const INTERVAL = 2016

vectorSuite('difficulty/asert.json', cases => {
  test('every row', () => {
    for (const { run, anchor_height, anchor_parent_time, anchor_nbits, rows } of readVectors<AsertRun[]>(
      'difficulty/asert.json',
    )) {
      const anchorTarget = bitsToTarget(Number(anchor_nbits))
      const wrong = rows.filter(([, height, time, bits]) => {
        const schedule = {
          anchorTarget,
          timeDiff: time - anchor_parent_time,
          heightDiff: height - anchor_height,
          spacingSec: SPACING_SEC,
          halfLifeSec: 172_800,
        }
        return targetToBits(asertTarget(schedule, LIMIT)) !== Number(bits)
      })
      expect({ run, wrong }).toEqual({ run, wrong: [] })
      cases.ran(rows.length)
    }
  })
})

vectorSuite('difficulty/pow_core.json', cases => {
  const mainnet: Pick<ChainParams, 'pow'> = {
    pow: {
      ...loadChain('regtest').pow,
      limit: LIMIT,
      retarget: { kind: 'bitcoin', intervalBlocks: INTERVAL, allowMinDifficulty: false, enforceBip94: false },
    },
  }

  test('every retarget, through the rule and by its arithmetic', () => {
    for (const row of readVectors<PowVectors>('difficulty/pow_core.json').retarget) {
      const bits = Number(row.last_nbits)
      const first: PowAncestor = {
        time: row.first_block_time,
        bits,
        height: row.last_height - INTERVAL + 1,
        parent: undefined,
      }
      const last: PowAncestor = {
        time: row.last_time,
        bits,
        height: row.last_height,
        parent: undefined,
        skip: first,
      }
      const found = nextBits(last, row.last_time + SPACING_SEC, mainnet)
      expect(found.toString(16)).toBe(Number(row.expected_nbits).toString(16))
      const target = bitcoinTarget(
        bitsToTarget(bits),
        row.last_time - row.first_block_time,
        INTERVAL * SPACING_SEC,
        LIMIT,
      )
      expect(targetToBits(target)).toBe(found)
      cases.ran()
    }
  })

  test('every compact target', () => {
    for (const row of readVectors<PowVectors>('difficulty/pow_core.json').compact) {
      const { target, negative, overflow } = readCompact(row.compact)
      expect({ compact: row.compact, negative, overflow }).toEqual({
        compact: row.compact,
        negative: row.negative,
        overflow: row.overflow,
      })
      cases.ran()
      // Core's test compares no value where it overflows.
      if (overflow) continue
      expect(target.toString(16).padStart(64, '0')).toBe(row.value)
      // Core packs the sign too, which no target has.
      const sign = negative ? 0x00800000 : 0
      expect((targetToBits(target) | sign) >>> 0).toBe(row.recompact)
    }
  })
})
