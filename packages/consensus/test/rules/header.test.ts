import { describe, expect, test } from '@jest/globals'
import { createBlock, type Header } from '@raistone/primitives'
import { loadChain } from '../../src/params/builtin.node.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import { nextBits } from '../../src/pow/retarget.js'
import { checkHeaderWithAncestors } from '../../src/rules/header/with-ancestors.js'
import type { Verdict } from '../../src/verdict.js'
import { entryOn, type FreeEntry } from '../support/free-entry.js'
import { forksAt, RuleScene, rulesWith } from '../support/rule-scene.js'

const scene = new RuleScene()
const judge = (header: Partial<Header>, nowSec?: number): Verdict => scene.judge(scene.build({ header }), nowSec)

describe('a header', () => {
  test.each([0, 0x20800001, 0x22000100, 0x21008000])('high-hash: whatever the hash, for bits %i', bits => {
    expect(scene.judge(scene.build({ header: { bits }, work: false }))).toMatchObject({
      rule: 'high-hash',
      cause: 'header',
    })
  })
})

describe('versions', () => {
  const steps = new RuleScene(rulesWith(forksAt({ bip34: 3, bip66: 4, bip65: 5 })), 1)
  const refused = (version: number): string | undefined => steps.judge(steps.build({ header: { version } }))?.rule

  test.each([
    [2, []],
    [3, [1]],
    [4, [1, 2]],
    [5, [1, 2, 3]],
  ] as const)('block %i refuses %p', (height, outdated) => {
    expect(steps.height).toBe(height)
    expect([1, 2, 3, 4].filter(version => refused(version) !== undefined)).toEqual(outdated)
    for (const version of outdated)
      expect(steps.judge(steps.build({ header: { version } }))).toEqual({
        rule: `bad-version(0x0000000${version})`,
        cause: 'header',
        detail: `rejected nVersion=0x0000000${version} block`,
      })
    steps.mine()
  })
})

describe('what only some chains ask', () => {
  const { pow } = loadChain('regtest')
  const judgeOn = (parent: FreeEntry, time: number, change: Partial<ChainParams['pow']>): Verdict => {
    const params = rulesWith({ pow: { ...pow, ...change } })
    const expectedBits = nextBits(parent, time, params)
    const header: Header = { ...entryOn(parent, { time, bits: expectedBits }).header }
    return checkHeaderWithAncestors(
      header,
      { parent, medianTimePast: parent.medianTimePast, expectedBits, nowSec: time },
      params,
    )
  }
  const chain = (length: number): FreeEntry => {
    let at = entryOn(undefined, { time: 1_000_000, bits: 0x207fffff })
    for (let i = 1; i < length; i++) at = entryOn(at, { time: at.header.time + 1000, bits: 0x207fffff })
    return at
  }

  test('with other retargets than `relative` a block may be as late as its parent', () => {
    const parent = chain(12)
    expect(parent.medianTimePast).toBeLessThan(parent.header.time - 1)
    const asert = { retarget: { kind: 'asert', halfLifeSec: 3600, anchorHeight: 1 } } as const
    for (const other of [asert, {}]) expect(judgeOn(parent, parent.header.time, other)).toBeUndefined()
  })

  test('the first block of an interval may be long before its parent without BIP-0094, the others always', () => {
    const bip94 = (enforceBip94: boolean) =>
      ({ retarget: { kind: 'bitcoin', intervalBlocks: 12, allowMinDifficulty: false, enforceBip94 } }) as const
    const parent = chain(12)
    const { time } = parent.header
    expect(judgeOn(parent, time - 601, bip94(true))?.rule).toBe('time-timewarp-attack')
    expect(judgeOn(parent, time - 601, bip94(false))).toBeUndefined()
    const within = chain(13)
    expect(judgeOn(within, within.header.time - 601, bip94(true))).toBeUndefined()
  })
})

describe('the order of reasons', () => {
  const { medianTimePast } = scene
  const [bits, time, version] = [0x207ffffe, medianTimePast, 1]

  test.each<[string, Partial<Header>]>([
    ['bad-diffbits', { bits, time, version }],
    ['time-too-old', { time, version }],
    ['bad-version(0x00000001)', { version }],
  ])('%s comes before those left', (rule, header) => {
    expect(judge(header)?.rule).toBe(rule)
  })

  test('the future comes before the version, and after the bits', () => {
    expect(judge({ time: medianTimePast + 8000, version: 1 }, medianTimePast)?.rule).toBe('time-too-new')
    expect(judge({ time: medianTimePast + 8000, bits }, medianTimePast)?.rule).toBe('bad-diffbits')
  })

  test('work comes before all else, and the header before the body', () => {
    const header = { bits, time, version }
    expect(scene.judge(scene.build({ header, work: 'fails' }))?.rule).toBe('high-hash')
    const { header: built } = scene.build({ header: { version: 1 } })
    expect(scene.judge(createBlock(built, []))?.rule).toBe('bad-version(0x00000001)')
  })
})
