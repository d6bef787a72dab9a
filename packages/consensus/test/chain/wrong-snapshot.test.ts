import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, emptyBytes, hash256, type OutpointKey, toDisplayHex } from '@raistone/primitives'
import { flipByte } from '@raistone/testkit'
import type { Coin } from '../../src/coin.js'
import { coinKey } from '../../src/store/coin-record.js'
import type { CoinAt } from '../../src/store/coin-store.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, liveParams, openInMemory, openLive, stateAfter, stateOf } from '../support/live-chain.js'
import {
  after,
  BASE,
  base,
  before,
  closeAll,
  closeLast,
  coinsHash,
  file,
  headersOf,
  judged,
  kinds,
  load,
  main,
  missing,
  open,
  statesOf,
  verified,
} from '../support/snapshot-scene.js'
import { coinsOf, snapshotOf } from '../support/snapshots.js'
import { putRecord } from '../support/store-records.js'

afterEach(closeAll)

/** A file of other coins, with their hash. */
async function fileOf(coins: readonly (readonly [OutpointKey, Coin])[], block: Block) {
  const bytes = await snapshotOf(coins, block.hash)
  const chain = await openInMemory()
  chain.submitHeaders(headersOf(block === base ? before : []))
  const refused = await load(chain, bytes, '00'.repeat(32)).catch((error: Error) => error.message)
  await chain.close()
  return { bytes, hash: /got ([0-9a-f]{64})$/.exec(String(refused))?.[1] as string }
}

const trueCoins: CoinAt[] = await coinsOf(file)
/** The coin that a block on top of the snapshot spends. */
const spentAfter = after
  .flatMap(({ transactions }) => transactions.slice(1))
  .flatMap(({ inputs }) => inputs.map(({ prevout }) => `${prevout.txid}:${prevout.vout}`))
  .find(at => trueCoins.some(([known]) => known === at))

const known = (hash: string) => ({
  ...liveParams,
  snapshots: [{ height: BASE, block: base.hash, hash, chainTxCount: 77 }],
})

describe('a snapshot is refused', () => {
  test.each<[string, RegExp, (chain: Awaited<ReturnType<typeof openInMemory>>) => Promise<unknown>]>([
    [
      'that nobody vouches for',
      /^assumeutxo block hash in snapshot metadata not recognized \(hash: [0-9a-f]{64}\)\. .* available: none\./,
      chain => chain.loadSnapshot(pieces(file)),
    ],
    [
      'whose block is not known',
      /^The base block header \([0-9a-f]{64}\) must appear in the headers chain\. Make sure all headers are syncing/,
      chain => load(chain),
    ],
    [
      'whose block is invalid',
      /^The base block header \([0-9a-f]{64}\) is part of an invalid chain$/,
      async chain => {
        chain.submitHeaders(headersOf(before))
        await chain.invalidate(chain.entry(before[3]!.hash)!)
        await load(chain)
      },
    ],
    [
      'that has less work than the tip',
      /^Work does not exceed active chainstate\.$/,
      async chain => {
        await feed(chain, before)
        await load(chain)
      },
    ],
    [
      'whose block is not on the best header chain',
      /^A forked headers-chain with more work/,
      async chain => {
        chain.submitHeaders(headersOf(before))
        chain.submitHeaders(headersOf(main.fork(5, 12).mine(8).blocks))
        await load(chain)
      },
    ],
    [
      'where there is one',
      /^Can't activate a snapshot-based chainstate more than once$/,
      async chain => {
        chain.submitHeaders(headersOf(before))
        await load(chain)
        await load(chain)
      },
    ],
    [
      'while another is loaded',
      /^Can't activate a snapshot-based chainstate more than once$/,
      async chain => {
        chain.submitHeaders(headersOf(before))
        await Promise.all([load(chain), load(chain)])
      },
    ],
  ])('%s', async (_, why, run) => {
    const chain = await openInMemory()
    await expect(run(chain)).rejects.toThrow(why)
    await chain.close()
  })

  test('whose work the tip has passed while it was read', async () => {
    const chain = await openInMemory()
    chain.submitHeaders(headersOf(before))
    async function* slowly() {
      yield file.slice(0, 100)
      await feed(chain, before)
      yield file.slice(100)
    }
    const loading = chain.loadSnapshot(slowly(), { trusted: coinsHash })
    await expect(loading).rejects.toThrow('Work does not exceed active chainstate.')
    expect(await stateOf(chain)).toEqual(await stateAfter(before))
    await chain.close()
  })
})

async function* pieces(bytes: Uint8Array) {
  yield bytes
}

describe.each(kinds)('a wrong snapshot, %s', (_, prepare) => {
  test('leaves nothing, and a right one can follow', async () => {
    const place = await prepare()
    const chain = await open(place, {}, known(coinsHash))
    chain.submitHeaders(headersOf(main.blocks))
    await feed(chain, before.slice(0, 4))
    const cut = load(chain, file.slice(0, -30))
    await expect(cut).rejects.toThrow(/truncated snapshot after deserializing \d+ coins: end of data/)
    const flipped = file.slice()
    flipped[file.length - 1] = (flipped.at(-1) as number) ^ 1
    await expect(load(chain, flipped)).rejects.toThrow(/^Bad snapshot content hash: expected [0-9a-f]{64}, got/)
    await expect(load(chain, file, '11'.repeat(32))).rejects.toThrow(/^the genesis file names another hash/)
    expect(await place.folders()).toEqual(['chainstate'])
    expect(await stateOf(chain)).toEqual(await stateAfter(before.slice(0, 4)))
    // The genesis file vouches for it.
    await chain.loadSnapshot(pieces(file))
    expect(await stateOf(chain)).toEqual(await stateAfter(before))
    expect((await chain.dump()).chainTxCount).toBe(77)
  })

  test.each<[string, (coins: CoinAt[]) => CoinAt[]]>([
    [
      'has more money',
      coins => coins.map(([at, coin], i) => [at, i === 5 ? { ...coin, value: coin.value + 1n } : coin]),
    ],
    ['misses a coin that is spent later', coins => coins.filter(([at]) => at !== spentAfter)],
  ])('that the operator trusts is found out by its history: it %s', async (_, change) => {
    const { bytes, hash } = await fileOf(change(trueCoins), base)
    const place = await prepare()
    let chain = await open(place)
    await feed(chain, before.slice(0, 4))
    chain.submitHeaders(headersOf(main.blocks))
    await load(chain, bytes, hash)
    await feed(chain, after)
    const verdict = judged(chain)
    const { failed } = chain
    await Promise.allSettled(before.slice(4).map(({ raw }) => chain.submitBlock(raw)))
    expect(await verdict).toBe(false)
    expect((await failed).message).toBe(
      `the snapshot of block ${base.hash} is wrong: its blocks lead to other coins. It is put aside; the next start goes on without it`,
    )
    await closeLast()
    expect(await place.folders()).toEqual(['chainstate', 'chainstate_snapshot_INVALID'])
    chain = await open(place)
    // What was refused on top of the wrong coins is tried again, and what was built on it is asked for.
    expect(chain.tip.height).toBeGreaterThan(BASE)
    await feed(chain, after.slice(chain.tip.height - BASE))
    expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
    expect(statesOf(chain)).toEqual([[main.blocks.length, undefined, true]])
  })

  test.each([
    ['by its coins', { fees: 1n }, 'bad-cb-amount'],
    ['by itself', { coinbase: (body: { readonly inputs: readonly object[] }) => tooLong(body) }, 'bad-cb-length'],
  ] as const)('of a chain with a block that is invalid %s stops the chain', async (_, options, rule) => {
    const wrong = new Branch(6)
      .mine(9)
      .mine(1, options as object)
      .mine(10)
    const tip = wrong.tip
    const bytes = await snapshotOf([], tip.hash)
    const place = await prepare()
    let chain = await open(place)
    chain.submitHeaders(headersOf(wrong.blocks))
    await load(chain, bytes, toDisplayHex(hash256(emptyBytes)))
    expect(chain.tip.hash).toBe(tip.hash)
    const { failed } = chain
    await Promise.allSettled(wrong.blocks.map(({ raw }) => chain.submitBlock(raw)))
    expect((await failed).message).toMatch(
      new RegExp(`block ${wrong.blocks[9]!.hash} before it is not valid \\(${rule}\\)`),
    )
    await closeLast()
    chain = await open(place)
    expect(chain.tip.hash).toBe(wrong.blocks[8]!.hash)
    expect(chain.bestHeader.hash).toBe(wrong.blocks[8]!.hash)
    expect(missing(chain)).toEqual([])
    await feed(chain, main.blocks)
    expect(chain.tip.hash).toBe(main.tip.hash)
  })
})

/** A coinbase whose script is longer than it may be. */
function tooLong<Body extends { readonly inputs: readonly object[] }>(body: Body): Body {
  return { ...body, inputs: body.inputs.map(input => ({ ...input, scriptSig: new Uint8Array(101) })) }
}

test.each(kinds)('coins that turn out damaged are given up, %s', async (_, prepare) => {
  const place = await prepare()
  let chain = await open(place)
  chain.submitHeaders(headersOf(main.blocks))
  await load(chain)
  await feed(chain, before.slice(0, 12))
  await verified(chain, 12)
  await closeLast()
  // History's coins are made again from the blocks, behind.
  let store = await place.open()
  await store.requestRebuild()
  await store.close()
  chain = await open(place)
  expect(chain.tip.hash).toBe(base.hash)
  await verified(chain, 12)
  await feed(chain, after)
  await closeLast()
  // A snapshot's cannot be: the chain goes on without.
  store = await place.open()
  await store.snapshot?.decide('damaged')
  await store.close()
  chain = await open(place)
  expect(await place.folders()).toEqual(['chainstate'])
  expect(chain.tip.hash).toBe(before[11]!.hash)
  await feed(chain, before.slice(12))
  expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
})

/** A disk whose snapshot has a damaged coin, the one that the next block spends. */
async function damageCoin(disk: FailingDisk): Promise<void> {
  const store = await disk.openStore()
  const { database } = store.snapshot!.coins!
  const key = coinKey(spentAfter as OutpointKey)
  await putRecord(database, key, flipByte((await database.get(key)) as Uint8Array, 5, 1))
  await store.close()
}

const goesOnWithout = async (disk: FailingDisk): Promise<void> => {
  const store = await disk.openStore()
  expect(store.mustRebuild).toBe(false)
  const chain = await openLive(store)
  expect(statesOf(chain)).toEqual([[0, undefined, true]])
  expect(await disk.folders.has('chainstate_snapshot')).toBe(false)
  await feed(chain, main.blocks)
  expect(await stateOf(chain)).toEqual(await stateAfter(main.blocks))
  await chain.close()
}

test('a damaged coin of a snapshot that a block spends stops the chain, which goes on without the snapshot', async () => {
  const disk = await FailingDisk.create()
  let chain = await openLive(await disk.openStore())
  chain.submitHeaders(headersOf(main.blocks))
  await load(chain)
  await chain.close()
  await damageCoin(disk)
  chain = await openLive(await disk.openStore())
  await expect(feed(chain, after)).rejects.toMatchObject({ code: 'damaged' })
  await chain.close()
  await goesOnWithout(disk)
})

test('a damaged coin of a snapshot that is met when the chain is opened is given up with the snapshot', async () => {
  const disk = await FailingDisk.create()
  const chain = await openLive(await disk.openStore())
  chain.submitHeaders(headersOf(main.blocks))
  await load(chain)
  await feed(chain, after)
  // The blocks are on the disk, and the coins after them are not.
  disk.writesLeft = 0
  disk.dies = true
  await chain.close().catch(() => undefined)
  disk.writesLeft = Number.POSITIVE_INFINITY
  await damageCoin(disk)
  const store = await disk.openStore()
  await expect(openLive(store)).rejects.toMatchObject({ code: 'snapshot' })
  await store.close(false)
  await goesOnWithout(disk)
})
