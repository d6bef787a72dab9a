import { describe, expect, test } from '@jest/globals'
import type { Block, Transaction, Txid, Wtxid } from '@raistone/primitives'
import { BlockScripts } from '../../src/chain/block-scripts.js'
import type { Coin } from '../../src/coin.js'
import type { ScriptJob, ScriptVerifier } from '../../src/verify/script-verifier.js'

const FLAGS = 3
const coin: Coin = { value: 1n, script: new Uint8Array(), height: 1, coinbase: false }

const transaction = (n: number): Transaction => ({
  version: 2,
  inputs: [],
  outputs: [],
  lockTime: 0,
  txid: `tx ${n}` as Txid,
  wtxid: `wtx ${n}` as Wtxid,
  raw: new Uint8Array(),
  strippedSize: 0,
})

/** Six transactions, the first of them the coinbase. */
const block = { transactions: Array.from({ length: 6 }, (_, n) => transaction(n)) } as unknown as Block

/** Refuses some of them; `events` says what was begun, finished and abandoned. */
function scene({ wrong = [], known = [] }: { wrong?: number[]; known?: number[] }) {
  const events: string[] = []
  const numbers = (jobs: readonly ScriptJob[]): string => jobs.map(({ tx }) => block.transactions.indexOf(tx)).join(' ')
  const begin: ScriptVerifier['begin'] = jobs => {
    events.push(`begin ${numbers(jobs)}`)
    const index = jobs.findIndex(({ tx }) => wrong.includes(block.transactions.indexOf(tx)))
    return {
      finish: async () => {
        events.push(`finish ${numbers(jobs)}`)
        return index < 0 ? undefined : { index, input: 0, error: 'EVAL_FALSE' }
      },
      abandon: () => events.push(`abandon ${numbers(jobs)}`),
    }
  }
  const scriptCache = { has: (wtxid: Wtxid) => known.some(n => block.transactions[n]?.wtxid === wtxid) }
  const verifier = { begin } as ScriptVerifier
  return { events, scripts: new BlockScripts(block, FLAGS, { verifier, tally: { signatures: 0 }, scriptCache }) }
}

const theirCoins = async (transactions: readonly Transaction[]) => transactions.map(() => [coin])

describe('the scripts of a block', () => {
  test('are begun once each, whatever the parts', async () => {
    const { events, scripts } = scene({})
    await scripts.begin(theirCoins, 3)
    await scripts.begin(theirCoins, 2)
    await scripts.begin(theirCoins)
    await scripts.begin(theirCoins)
    expect(await scripts.finish()).toBeUndefined()
    expect(events).toEqual(['begin 1 2', 'begin 3 4 5', 'finish 1 2', 'finish 3 4 5'])
  })

  test('that are known to be valid are not begun, nor are their coins asked for', async () => {
    const { events, scripts } = scene({ known: [1, 2, 4] })
    let asked = 0
    const coinsOf = async (transactions: readonly Transaction[]) => {
      asked++
      return theirCoins(transactions)
    }
    await scripts.begin(coinsOf, 3)
    expect([asked, events]).toEqual([0, []])
    await scripts.begin(coinsOf)
    expect([asked, events]).toEqual([1, ['begin 3 5']])
  })

  test('are not begun where a coin is not there, and may be later', async () => {
    const { events, scripts } = scene({})
    await scripts.begin(async () => undefined, 3)
    expect(events).toEqual([])
    await scripts.begin(theirCoins)
    expect(events).toEqual(['begin 1 2 3 4 5'])
  })

  test('that fail first in the block are told, and what comes behind is left', async () => {
    for (const [wrong, txid, rest] of [
      [[4, 2], 'tx 2', ['abandon 3 4 5']],
      [[4], 'tx 4', ['finish 3 4 5']],
    ] as const) {
      const { events, scripts } = scene({ wrong: [...wrong] })
      await scripts.begin(theirCoins, 3)
      await scripts.begin(theirCoins)
      expect((await scripts.finish())?.detail).toBe(`transaction ${txid}, input 0`)
      expect(events.slice(2)).toEqual(['finish 1 2', ...rest])
    }
  })

  test('are all left when nobody wants the answer', async () => {
    const { events, scripts } = scene({})
    await scripts.begin(theirCoins, 3)
    await scripts.begin(theirCoins)
    scripts.abandon()
    expect(events.slice(2)).toEqual(['abandon 1 2', 'abandon 3 4 5'])
  })
})
