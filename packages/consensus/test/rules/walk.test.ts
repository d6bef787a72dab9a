import { describe, expect, test } from '@jest/globals'
import type { Transaction } from '@raistone/primitives'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import type { Coin } from '../../src/coin.js'
import type { ChainParams } from '../../src/params/chain-params.js'
import type { RuleVerdict } from '../../src/rules/rule.js'
import { type BookedRule, ruleBook } from '../../src/rules/rule-book.js'
import { checkTransactionAlone } from '../../src/rules/transaction/alone.js'
import { checkSequenceLocks, type SequenceContext } from '../../src/rules/transaction/with-ancestors.js'
import { checkCoinsThere, checkTransactionWithCoins } from '../../src/rules/transaction/with-coins.js'
import { openMemoryStore } from '../../src/store/memory.js'
import type { Reject } from '../../src/verdict.js'
import { liveClock, liveVerifier } from '../support/live-chain.js'
import type { RuleScene } from '../support/rule-scene.js'
import { switchOff } from '../support/rules-off.js'
import { plain, type Scene, type Subject } from './walk/scene.js'
import { scenes } from './walk/scenes.js'

type Answer = string | Reject

const openAt = async (scene: Scene, at: RuleScene): Promise<Chain> => {
  const clock = scene.nowSec ? { nowMs: () => (scene.nowSec?.(at) as number) * 1000 } : liveClock
  const chain = await openChain({ params: at.params, store: await openMemoryStore(), verifier: liveVerifier, clock })
  for (const { raw } of [...at.mined, ...(scene.before?.(at) ?? [])]) await chain.submitBlock(raw)
  return chain
}

type WaitingContext = SequenceContext & { readonly params: ChainParams }

/** What the rules say of a transaction that waits for a block, in the pool's order. */
function judgeWaiting(spends: Transaction, coins: readonly (Coin | undefined)[], at: WaitingContext): RuleVerdict {
  const there = coins as readonly Coin[]
  return (
    checkCoinsThere(spends, coins) ??
    checkSequenceLocks(spends, there, at) ??
    checkTransactionWithCoins(spends, there, at.height, at.params).reject
  )
}

/** What a chain that stands where the scene begins says of the subject. */
async function judge(scene: Scene, at: RuleScene, subject: Subject): Promise<Answer> {
  const { params } = at
  if ('alone' in subject) return checkTransactionAlone(subject.alone, params) ?? 'sound'
  if ('spends' in subject) {
    const { spends, coins, height } = subject
    const past = { medianTimePast: 0, medianTimePastAt: () => 0 }
    return judgeWaiting(spends, coins, { height, params, ...past }) ?? 'sound'
  }
  const chain = await openAt(scene, at)
  try {
    if ('header' in subject) return chain.submitHeaders([subject.header]).reject ?? 'sound'
    const { reject, ...result } = await chain.submitBlock(subject.block.raw)
    return reject ?? (result as { state: string }).state
  } finally {
    await chain.close()
  }
}

const bookOf = (scene: Scene): BookedRule => {
  const booked = ruleBook.find(({ name }) => name === scene.rule)
  if (!booked) throw new RangeError(`no rule ${scene.rule}`)
  return booked
}

/** Inside a block a transaction is refused for good, whatever it would be told alone. */
const causeIn = ({ place, rule }: BookedRule, subject: Subject): string =>
  place.startsWith('transaction/') && 'block' in subject ? 'consensus' : rule.cause

const soundAnswer = (scene: Scene, subject: Subject): string =>
  'block' in subject ? (scene.state ?? 'connected') : 'sound'

const ruleOf = (answer: Answer): string => (typeof answer === 'string' ? answer : answer.rule)

/** What the other rules say of the broken subject. */
async function judgeWithout(booked: BookedRule, scene: Scene, at: RuleScene, subject: Subject): Promise<string> {
  const restore = switchOff(booked)
  try {
    return ruleOf(await judge(scene, at, subject))
  } catch {
    return 'nothing to judge'
  } finally {
    restore()
  }
}

describe('the walk', () => {
  test('goes to every rule in the book, and to no other', () => {
    expect(new Set(ruleBook.map(({ name }) => name)).size).toBe(ruleBook.length)
    expect(new Set(scenes.map(({ rule }) => rule))).toEqual(new Set(ruleBook.map(({ name }) => name)))
    expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length)
  })

  test('hears each of the reasons', () => {
    const walked = new Set(scenes.map(scene => bookOf(scene).rule.reason))
    expect([...walked].sort()).toEqual([...new Set(ruleBook.map(({ rule }) => rule.reason))].sort())
  })
})

describe.each(scenes.map(scene => [`${bookOf(scene).rule.reason}: ${scene.name}`, scene] as const))(
  '%s',
  (_, scene) => {
    const booked = bookOf(scene)
    const at = (scene.stage ?? plain)()
    const [broken, sound] = [scene.broken(at), scene.sound(at)]

    test('is refused for this reason', async () => {
      const expected = { rule: scene.told ?? booked.rule.reason, cause: causeIn(booked, broken) }
      expect(await judge(scene, at, broken)).toMatchObject(expected)
    })

    test('is taken one step further inside', async () => {
      expect(await judge(scene, at, sound)).toBe(soundAnswer(scene, sound))
    })

    test('breaks no other rule that it could obey', async () => {
      expect(await judgeWithout(booked, scene, at, broken)).toBe(scene.others ?? soundAnswer(scene, broken))
    })
  },
)
