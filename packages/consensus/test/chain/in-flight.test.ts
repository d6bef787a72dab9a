import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, decodeHeader, HEADER_SIZE, hashHeaderBytes, outpointKey, type Txid } from '@raistone/primitives'
import { Latch, ownedCoin, spend, testKey, withDeadline } from '@raistone/testkit'
import fc from 'fast-check'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import type { ChainOptions } from '../../src/chain/options.js'
import type { Submitted } from '../../src/chain/submitted.js'
import { checkHeaderAlone } from '../../src/rules/header/alone.js'
import { openMemoryStore } from '../../src/store/memory.js'
import type { ScriptVerifier } from '../../src/verify/script-verifier.js'
import { Branch } from '../support/branch.js'
import { listen, liveClock, liveParams, stateAfter, stateOf } from '../support/live-chain.js'

/** Finds nothing wrong but in chosen blocks, and answers when it is let. */
class Referee extends Latch implements ScriptVerifier {
  readonly tier = 'referee'
  readonly workers = 0
  readonly wrong = new Set<Txid>()
  /** Checks begun, finished or abandoned. */
  begun = 0
  finished = 0
  abandoned = 0

  refuse({ transactions }: Block): void {
    this.wrong.add(transactions.at(-1)!.txid)
  }

  readonly begin: ScriptVerifier['begin'] = jobs => {
    this.begun++
    const index = jobs.findIndex(({ tx }) => this.wrong.has(tx.txid))
    return {
      finish: async () => {
        await this.pass()
        this.finished++
        return index < 0 ? undefined : { index, input: 0, error: 'EVAL_FALSE' }
      },
      abandon: () => {
        this.abandoned++
      },
    }
  }

  readonly verify: ScriptVerifier['verify'] = (...job) => this.begin(...job).finish()
  readonly close = (): Promise<void> => Promise.resolve()
}

const opened: Chain[] = []
afterEach(async () => {
  for (const chain of opened.splice(0)) await chain.close()
})

async function open(verifier: Referee, options?: ChainOptions): Promise<Chain> {
  const store = await openMemoryStore()
  const chain = await openChain({ params: liveParams, store, verifier, clock: liveClock }, options)
  opened.push(chain)
  return chain
}

/** All are submitted before the first is answered. */
const submitAll = (chain: Chain, blocks: readonly Block[]): Promise<Submitted[]> =>
  Promise.all(blocks.map(({ raw }) => chain.submitBlock(raw)))

const wordOf = ({ reject, ...rest }: Submitted): string => reject?.rule ?? ('state' in rest ? rest.state : '')

/** Pays as the next block would, but that its coinbase takes too much. */
function greedyOn(branch: Branch): Block {
  const { transactions } = branch.fork(1).mineBusy().tip
  return branch.build({ transactions: transactions.slice(1), fees: 1_000_000n })
}

const isSolved = (raw: Uint8Array): boolean =>
  checkHeaderAlone(
    decodeHeader(raw.subarray(0, HEADER_SIZE)),
    hashHeaderBytes(raw.subarray(0, HEADER_SIZE)),
    liveParams,
  ) === undefined

describe('blocks in flight', () => {
  const main = new Branch(1).mineBusy(20)
  const first = main.blocks.findIndex(({ transactions }) => transactions.length > 1)
  /** Those that pay nobody, and have no scripts to be checked. */
  const young = main.blocks.slice(0, first)
  const paying = main.blocks.slice(first)

  test('several are begun before the first is answered, and no more than there is room for', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    await submitAll(chain, young)
    const asked = referee.hold()
    const told = listen(chain)
    const answers = submitAll(chain, paying)
    await withDeadline(asked, 5000, 'a block that waits')
    expect(referee.begun).toBe(8)
    expect([referee.finished, told]).toEqual([0, []])
    expect(chain.tip.height).toBe(first)
    referee.release()
    expect((await answers).map(wordOf)).toEqual(paying.map(() => 'connected'))
    expect(told.filter(word => word.startsWith('+'))).toEqual(paying.map(({ hash }) => `+${hash}`))
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
  })

  test('a single one is answered when its scripts are checked and not before', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    await submitAll(chain, young)
    const told = listen(chain)
    const asked = referee.hold()
    let answered = false
    const answer = chain.submitBlock(paying[0]!.raw).finally(() => {
      answered = true
    })
    await withDeadline(asked, 5000, 'the check')
    // Whatever waits behind it has had its turn too.
    await new Promise(resolve => setImmediate(resolve))
    expect([answered, told, chain.tip.height]).toEqual([false, [], first])
    referee.release()
    expect(wordOf(await answer)).toBe('connected')
  })

  test('whoever asks for coins meanwhile is given those of the tip', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    const [second] = paying.slice(1) as [Block]
    await submitAll(chain, main.blocks.slice(0, first + 1))
    const key = outpointKey({ txid: second.transactions[0]!.txid, vout: 0 })
    const asked = referee.hold()
    const answer = chain.submitBlock(second.raw)
    await withDeadline(asked, 5000, 'the check')
    const coins = chain.coins([key])
    referee.refuse(second)
    referee.release()
    await answer
    expect((await coins).get(key) !== undefined).toBe(chain.tip.hash === second.hash)
  })

  test('one whose script fails is taken back with all after it, wherever it stands', async () => {
    const own = new Branch(1).mineBusy(20)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: 19 }), fc.boolean(), async (at, small) => {
        const referee = new Referee()
        const chain = await open(referee, small ? { cacheBytes: 1, groupBytes: 1, sliceMs: 0 } : {})
        const told = listen(chain)
        referee.refuse(own.blocks[at]!)
        const answers = (await submitAll(chain, own.blocks)).map(wordOf)
        const good = own.blocks.slice(0, at)
        expect(answers.slice(0, at)).toEqual(good.map(() => 'connected'))
        expect(answers[at]).toMatch(/^block-script-verify-flag-failed/)
        // What comes when it is known to be wrong is not even kept.
        for (const word of answers.slice(at + 1)) expect(['bad-prevblk', 'prev-blk-not-found']).toContain(word)
        expect(told.filter(word => !word.startsWith('tip'))).toEqual(good.map(({ hash }) => `+${hash}`))
        expect(await stateOf(chain)).toEqual(await stateAfter(good))
      }),
      { seed: 5, numRuns: 12 },
    )
  })

  test('what is refused on top of one whose script fails is not the one to blame', async () => {
    const branch = new Branch(1).mineBusy(8)
    const bad = branch.tip
    // Its coinbase takes too much: a reason of its own, if anybody were to believe it.
    const greedy = greedyOn(branch)
    const referee = new Referee()
    referee.refuse(bad)
    const chain = await open(referee)
    const answers = await submitAll(chain, [...branch.blocks, greedy])
    expect(answers.slice(-2).map(wordOf)).toEqual([
      expect.stringMatching(/^block-script-verify-flag-failed/),
      'bad-prevblk',
    ])
    expect(chain.whyInvalid(chain.entry(greedy.hash)!)).toBeUndefined()
    // Its own checks, too, had been begun.
    expect(referee.abandoned).toBe(2)
  })

  test('scripts are begun before a block is judged, and left where it is refused', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    const branch = new Branch(1).mine(first)
    await submitAll(chain, branch.blocks)
    expect((await submitAll(chain, [greedyOn(branch)])).map(wordOf)).toEqual(['bad-cb-amount'])
    expect([referee.begun, referee.finished, referee.abandoned]).toEqual([1, 0, 1])
  })

  test('of a large block only the first are begun so early', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    const branch = new Branch(1).mine(first)
    await submitAll(chain, branch.blocks)
    const key = testKey(1)
    const split = spend(
      [branch.nextCoin()],
      Array.from({ length: 150 }, () => ({ value: 1000n, script: key.scripts.p2tr })),
    )
    const parts = split.outputs.map((_, vout) => ownedCoin(split, vout, key))
    const join = (from: number, to?: number) =>
      spend(parts.slice(from, to), [{ value: 1000n, script: key.scripts.p2tr }])
    const large = branch.build({ transactions: [split, join(0, 140), join(140)] })
    expect((await submitAll(chain, [large])).map(wordOf)).toEqual(['connected'])
    expect([referee.begun, referee.finished]).toEqual([2, 2])
  })

  test('scripts of the next block are begun before anything but its work is looked at', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    await submitAll(chain, young)
    const [next] = paying as [Block]
    const raw = next.raw.slice()
    // A root of other transactions, and as much work as if nothing had been changed.
    raw[36]! ^= 1
    const begun: number[] = []
    for (const nonce of [false, true]) {
      for (let n = 0; isSolved(raw) !== nonce; n++) raw[76] = n
      const { reject } = await chain.submitBlock(raw)
      begun.push(referee.begun)
      expect(reject?.rule).toBe(nonce ? 'bad-txnmrklroot' : 'high-hash')
    }
    expect([begun, referee.finished, referee.abandoned]).toEqual([[0, 1], 0, 1])
    // What did not become a block is in nobody's way.
    expect(wordOf(await chain.submitBlock(next.raw))).toBe('connected')
  })

  test('after a failure the best of the others is the tip', async () => {
    const trunk = new Branch(1).mineBusy(6)
    const rival = trunk.fork(2).mineBusy(2)
    const better = trunk.fork(3).mineBusy(4)
    const referee = new Referee()
    referee.refuse(better.blocks[7]!)
    const chain = await open(referee)
    const told = listen(chain)
    // The rival comes while the better branch is in flight, with more work than what is left of it.
    const last = rival.fork(4).mineBusy(1)
    await submitAll(chain, [...better.blocks, ...last.blocks.slice(6)])
    expect(chain.tip.hash).toBe(last.tip.hash)
    expect(told.at(-1)).toBe(`tip ${last.tip.hash}`)
    expect(await stateOf(chain)).toEqual(await stateAfter(last.blocks))
  })

  test('closing waits for what was submitted', async () => {
    const referee = new Referee()
    const chain = await open(referee)
    const answers = submitAll(chain, main.blocks)
    await chain.close()
    expect((await answers).map(wordOf)).toEqual(main.blocks.map(() => 'connected'))
  })
})
