import { expect, test } from '@jest/globals'
import { outpointKey } from '@raistone/primitives'
import { flipByte, ownedCoin, testKey } from '@raistone/testkit'
import { coinKey } from '../../src/store/coin-record.js'
import { nextTurn } from '../../src/verify/next-turn.js'
import { Branch } from '../support/branch.js'
import { FailingDisk } from '../support/failing-disk.js'
import { feed, listen, openInMemory, openLive } from '../support/live-chain.js'
import { putRecord } from '../support/store-records.js'

test('a view of coins is never older than the tip that was told when it comes', async () => {
  const branch = new Branch(1).mine(6)
  const [first, second] = branch.blocks.slice(4)
  const spent = branch.fork(1).nextCoin()
  const third = branch.mineBusy().tip
  const key = outpointKey(spent.outpoint)
  const chain = await openInMemory()
  await feed(chain, branch.blocks.slice(0, 4))
  const looks: Promise<void>[] = []
  // Both are written at once: when the first is told, the second is done but not told yet.
  chain.events.on('connected', ({ entry }) => {
    if (entry.hash !== first!.hash) return
    const look = async (): Promise<void> => {
      const view = await chain.coins([key])
      expect(view.get(key) === undefined).toBe(chain.tip.hash === third.hash)
    }
    looks.push(
      look(),
      feed(chain, [third]).then(answers => expect(answers).toEqual(['connected'])),
    )
  })
  await Promise.all([first, second].map(block => chain.submitBlock(block!.raw)))
  expect(looks).toHaveLength(2)
  await Promise.all(looks)
  await chain.close()
})

test('coins are read as they are after a block or before it, and never while it is taken back', async () => {
  const outputs = Array.from({ length: 2000 }, () => ({ value: 1n, script: Uint8Array.of(0x51) }))
  const { tip } = new Branch(1).mine(1, { coinbaseOutputs: outputs })
  const keys = [0, 1999].map(vout => outpointKey({ txid: tip.transactions[0]!.txid, vout }))
  const chain = await openInMemory({ sliceMs: 0 })
  await feed(chain, [tip])
  let over = false
  const leaving = chain.invalidate(chain.tip).finally(() => {
    over = true
  })
  const seen = new Set<string>()
  while (!over) {
    const view = await chain.coins(keys)
    seen.add(keys.map(key => (view.get(key) ? 'there' : 'gone')).join())
    await nextTurn()
  }
  await leaving
  expect([...seen].sort()).toEqual(['gone,gone', 'there,there'])
  await chain.close()
})

test('a damaged coin met by who only reads ends the work in hand, and nothing of it is told', async () => {
  const disk = await FailingDisk.create()
  const branch = new Branch(1).mine(3)
  const before = await openLive(await disk.openStore())
  await feed(before, branch.blocks)
  await before.close()

  const store = await disk.openStore()
  const { outpoint } = ownedCoin(branch.tip.transactions[0]!, 0, testKey(0))
  const at = coinKey(outpointKey(outpoint))
  await putRecord(store.coins.database, at, flipByte((await store.coins.database.get(at))!, 6))
  const chain = await openLive(store)
  const told = listen(chain)
  const reading = chain.coins([outpointKey(outpoint)])
  const working = Promise.allSettled(
    branch
      .fork(1)
      .mine(10)
      .blocks.slice(3)
      .map(({ raw }) => chain.submitBlock(raw)),
  )
  await expect(reading).rejects.toMatchObject({ code: 'damaged' })
  const toldByThen = [...told]
  expect(new Set((await working).map(({ status }) => status))).toEqual(new Set(['rejected']))
  expect(await chain.failed).toMatchObject({ code: 'damaged' })
  // Whatever still ran would have had its turn by then.
  for (let turn = 0; turn < 200; turn++) await nextTurn()
  expect(told).toEqual(toldByThen)
  await chain.close()
})
