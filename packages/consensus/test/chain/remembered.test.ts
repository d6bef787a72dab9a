import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, createBlock, createTransaction, merkleRoot, nobleCurve } from '@raistone/primitives'
import { removeTempDirs, replaceWitness, solve, spend, tempDir, testKey } from '@raistone/testkit'
import type { Chain } from '../../src/chain/chain.js'
import { openChain } from '../../src/chain/open.js'
import type { Clock } from '../../src/clock.js'
import { openLevelStore } from '../../src/store/level.node.js'
import { openMemoryStore } from '../../src/store/memory.js'
import { createLocalVerifier } from '../../src/verify/local.js'
import { input, outpoint, output } from '../support/bodies.js'
import { Branch } from '../support/branch.js'
import { feed, liveClock, liveParams, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'

const open: Chain[] = []

afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close()
  removeTempDirs()
})

const keep = (chain: Chain): Chain => {
  open.push(chain)
  return chain
}

const judged = async (chain: Chain, block: Block) => (await chain.submitBlock(block.raw)).reject

/** Seven blocks, and a next one with two payments and so three transactions. */
function scene() {
  const branch = new Branch().mineBusy(6)
  const before = [...branch.blocks]
  const block = branch.mineBusy().tip
  return { branch, before, block, header: block.header }
}

describe('what says nothing about the true block is forgotten', () => {
  /** The header again, with a body that is not the one it was made for. */
  const mutations: readonly [string, string, (block: Block) => Block][] = [
    [
      'its last transaction twice (CVE-2012-2459)',
      'bad-txns-duplicate',
      ({ header, transactions }) => createBlock(header, [...transactions, transactions.at(-1)!]),
    ],
    [
      'a changed witness',
      'bad-witness-merkle-match',
      block => replaceWitness(block, 1, 0, [new Uint8Array(71), testKey(0).publicKey]),
    ],
    [
      'a coinbase without its reserved value',
      'bad-witness-nonce-size',
      block => replaceWitness(block, 0, 0, [new Uint8Array(31)]),
    ],
    [
      'a transaction left out',
      'bad-txnmrklroot',
      ({ header, transactions }) => createBlock(header, transactions.slice(0, -1)),
    ],
  ]

  test.each(mutations)('%s', async (_, rule, mutate) => {
    const { before, block, branch } = scene()
    const chain = keep(await openInMemory())
    await feed(chain, before)
    chain.submitHeaders([block.header])
    const forged = mutate(block)
    expect(forged.hash).toBe(block.hash)
    expect(await judged(chain, forged)).toMatchObject({ rule, cause: 'mutated' })
    expect(chain.entry(block.hash)).toMatchObject({ invalid: false, data: false })
    expect(chain.missingBlocks(5).map(({ hash }) => hash)).toEqual([block.hash])
    expect(await feed(chain, [block])).toEqual(['connected'])
    expect(await stateOf(chain)).toEqual(await stateAfter(branch.blocks))
  })

  /** A block without a coinbase, of transactions of a size. */
  function withoutCoinbase(branch: Branch, scriptBytes: number): Block {
    const transactions = [1, 2].map(n =>
      createTransaction({
        version: 2,
        inputs: [input(outpoint(n))],
        outputs: [output(1n, new Uint8Array(scriptBytes).fill(0x51))],
        lockTime: 0,
      }),
    )
    const root = merkleRoot(transactions.map(({ txid }) => txid)).root
    return createBlock(solve({ ...branch.build().header, merkleRoot: root }), transactions)
  }

  test('transactions of 64 bytes instead of a coinbase may be inner nodes of the true tree', async () => {
    const { branch } = scene()
    const chain = keep(await openInMemory())
    await feed(chain, branch.blocks)
    const forged = withoutCoinbase(branch, 4)
    expect(forged.transactions.map(({ strippedSize }) => strippedSize)).toEqual([64, 64])
    expect(await judged(chain, forged)).toMatchObject({ rule: 'bad-cb-missing', cause: 'mutated' })
    expect(chain.entry(forged.hash)).toBeUndefined()
    chain.submitHeaders([forged.header])
    expect(await judged(chain, forged)).toMatchObject({ rule: 'bad-cb-missing', cause: 'mutated' })
    expect(chain.entry(forged.hash)?.invalid).toBe(false)
    // A byte more, and it is what the header commits to.
    const bare = withoutCoinbase(branch, 5)
    expect(await judged(chain, bare)).toMatchObject({ rule: 'bad-cb-missing', cause: 'consensus' })
    expect(chain.entry(bare.hash)?.invalid).toBe(true)
  })

  test('a block of the future is accepted once the clock is there', async () => {
    const { before, block } = scene()
    let nowSec = block.header.time - liveParams.pow.futureLimitSec - 1
    const clock: Clock = { nowMs: () => nowSec * 1000 }
    const chain = keep(await openLive(await openMemoryStore(), {}, clock))
    await feed(chain, before)
    expect(await judged(chain, block)).toMatchObject({ rule: 'time-too-new', cause: 'early' })
    expect(chain.submitHeaders([block.header]).reject).toMatchObject({ rule: 'time-too-new', at: 0 })
    expect(chain.entry(block.hash)).toBeUndefined()
    nowSec++
    expect(await feed(chain, [block])).toEqual(['connected'])
  })

  test('a block without its parent is not stored', async () => {
    const { before, block } = scene()
    const chain = keep(await openInMemory())
    await feed(chain, before.slice(0, -1))
    expect(await judged(chain, block)).toMatchObject({ rule: 'prev-blk-not-found', cause: 'missing' })
    expect(chain.entry(block.hash)).toBeUndefined()
    expect(await feed(chain, [before.at(-1)!, block])).toEqual(['connected', 'connected'])
  })

  const local = createLocalVerifier(nobleCurve)
  type Finish = ReturnType<typeof local.begin>['finish']

  /** Finishes all checks that it begins in one way. */
  const verifierThat = (finish: Finish): typeof local => ({ ...local, begin: () => ({ finish, abandon() {} }) })

  /** A folder in which a block was left whose scripts nobody could check. */
  async function leaveUnchecked(before: readonly Block[], block: Block): Promise<string> {
    const dir = tempDir()
    const chain = await openLive(await openLevelStore(dir))
    await feed(chain, before)
    await chain.close()
    const verifier = verifierThat(() => Promise.reject(new Error('the workers are gone')))
    const store = await openLevelStore(dir)
    const helpless = await openChain({ params: liveParams, store, verifier, clock: liveClock })
    await expect(helpless.submitBlock(block.raw)).rejects.toThrow('the workers are gone')
    expect((await helpless.failed).message).toBe('the workers are gone')
    await helpless.close()
    return dir
  }

  test('a check that could not be made is no verdict: the block is judged anew', async () => {
    const { before, block } = scene()
    const again = keep(await openLive(await openLevelStore(await leaveUnchecked(before, block))))
    expect(again.tip.hash).toBe(block.hash)
  })

  test('nor is it a good one', async () => {
    const { before, block } = scene()
    const store = await openLevelStore(await leaveUnchecked(before, block))
    const verifier = verifierThat(() => Promise.resolve({ index: 0, input: 0, error: 'EVAL_FALSE' }))
    const again = keep(await openChain({ params: liveParams, store, verifier, clock: liveClock }))
    expect(again.tip.hash).toBe(before.at(-1)?.hash)
    expect(again.entry(block.hash)?.invalid).toBe(true)
  })
})

describe('what breaks a rule for good is remembered with its descendants', () => {
  const locked = (branch: Branch): Block => {
    const coin = branch.nextCoin()
    const options = { lockTime: 1000, sequence: 0 }
    return branch.build({ transactions: [spend([coin], [coin.output], options)] })
  }
  const failures: readonly [string, (branch: Branch) => Block][] = [
    ['bad-txns-nonfinal', locked],
    [
      'bad-cb-height',
      branch =>
        branch.build({
          coinbase: body => ({ ...body, inputs: [{ ...body.inputs[0]!, scriptSig: Uint8Array.of(1, 99, 0) }] }),
        }),
    ],
    ['bad-cb-amount', branch => branch.build({ fees: 1n })],
  ]

  test.each(failures)('%s, also after closing and opening again', async (rule, spoil) => {
    const dir = tempDir()
    const { branch, block } = scene()
    const bad = branch.add(spoil(branch))
    const child = branch.mine().tip
    const grandchild = branch.mine().tip
    const chain = await openLive(await openLevelStore(dir))
    await feed(chain, branch.blocks.slice(0, 7))
    expect(chain.submitHeaders([bad.header, child.header]).reject).toBeUndefined()
    expect(chain.bestHeader.hash).toBe(child.hash)
    expect(await judged(chain, bad)).toMatchObject({ rule, cause: 'consensus' })

    const remembered = (of: Chain) => {
      expect(of.entry(bad.hash)?.invalid).toBe(true)
      expect(of.entry(child.hash)?.invalid).toBe(true)
      expect(of.bestHeader.hash).toBe(block.hash)
      expect(of.missingBlocks(5)).toEqual([])
      expect(of.submitHeaders([grandchild.header]).reject).toMatchObject({ rule: 'bad-prevblk', cause: 'consensus' })
    }
    remembered(chain)
    expect(chain.whyInvalid(chain.entry(bad.hash)!)).toMatchObject({ rule })
    expect(await feed(chain, [bad, child, grandchild])).toEqual([
      'duplicate-invalid',
      'duplicate-invalid',
      'bad-prevblk',
    ])
    await chain.close()

    const again = keep(await openLive(await openLevelStore(dir)))
    expect(again.tip.hash).toBe(block.hash)
    remembered(again)
    expect(await feed(again, [bad, child, grandchild])).toEqual([
      'duplicate-invalid',
      'duplicate-invalid',
      'bad-prevblk',
    ])
    // Somebody else's block on the same parent goes on.
    const rival = branch.fork(9, 3).mine().tip
    expect(await feed(again, [rival])).toEqual(['connected'])
  })
})
