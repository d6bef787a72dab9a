import { afterEach, describe, expect, test } from '@jest/globals'
import { newIdentity } from '../src/host/identity.js'
import { makeTransaction } from './support/fake-mempool.js'
import { connect, hostPortOf, startNode, stopAll, until } from './support/node.js'

afterEach(stopAll)

describe('two nodes over TCP', () => {
  test('headers and blocks are synced in both directions', async () => {
    const [a, b] = [await startNode(), await startNode()]
    await a.chain.mine(300, 'a')
    await connect(b, a)
    await until(() => b.chain.tip.hash === a.chain.tip.hash, 'synced')
    expect(new Set(b.chain.submitted).size).toBe(b.chain.submitted.length)
    const info = b.network.peers()[0]
    expect(info).toMatchObject({ inbound: false, named: true, startingHeight: 300, height: 300, userAgent: '/test:1/' })
    expect(a.network.peers()[0]).toMatchObject({ inbound: true, named: false, startingHeight: 0 })
    expect(info?.bytesReceived).toBeGreaterThan(300 * 80)
    expect(b.network.totals().received).toBeGreaterThanOrEqual(info?.bytesReceived ?? 0)
  })

  test('a mined block and transactions spread by gossip along a line of nodes', async () => {
    const [a, b, c] = [await startNode(), await startNode(), await startNode()]
    await connect(b, a)
    await connect(c, b)
    const tx = makeTransaction(1)
    await a.mempool.accept(tx)
    await until(() => c.mempool.held.has(tx.wtxid), 'transaction everywhere')
    // until the mesh has formed, blocks come by sync
    const isAccepted = (): boolean =>
      c.log.lines.some(({ event, fields }) => event === 'block message' && fields.verdict === 'accept')
    for (let i = 0; i < 50 && !isAccepted(); i++) {
      await a.chain.mine(1, `x${i}`, [tx, makeTransaction(2 + i)])
      await until(() => c.chain.tip.hash === a.chain.tip.hash, 'block everywhere')
    }
    expect(isAccepted()).toBe(true)
  })

  test('transactions sent while a connection is young reach the other side', async () => {
    const [a, b] = [await startNode(), await startNode()]
    const sent = Array.from({ length: 40 }, (_, i) => makeTransaction(i + 1))
    const connecting = connect(b, a)
    for (const tx of sent) {
      await a.mempool.accept(tx)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    await connecting
    await until(() => b.mempool.held.size === sent.length, 'all arrived')
  })

  test('children that come before their parents wait for them', async () => {
    const [a, b] = [await startNode(), await startNode()]
    const parent = makeTransaction(1)
    const child = makeTransaction(2, 0, parent.txid)
    b.mempool.absent.add(parent.txid)
    await connect(b, a)
    await a.mempool.accept(child)
    await until(() => b.log.lines.length > 0 && a.network.totals().sent > 0, 'child on its way')
    await a.mempool.accept(parent)
    await until(() => b.mempool.held.size === 2, 'both arrived')
  })

  test('a node restarts on the same port at once', async () => {
    const a = await startNode()
    await a.network.stop()
    const again = await startNode({ options: { listen: [a.address.replace(/\/p2p\/.*/, '')] } })
    expect(hostPortOf(again)).toBe(hostPortOf(a))
  })

  test('a name and a multiaddr with a peer id are dialled too', async () => {
    const [a, b, c] = [await startNode(), await startNode(), await startNode()]
    await b.network.addNode(`localhost:${hostPortOf(a).split(':')[1]}`, 'add')
    await c.network.addNode(a.address, 'add')
    await until(() => a.network.peers().length === 2, 'both came')
    await expect(c.network.addNode('/ip4/1.2.3.4/udp/5', 'add')).rejects.toMatchObject({ problem: 'bad-address' })
  })

  test('inbound peers are taken up to the limit, outbound ones beyond it', async () => {
    const full = await startNode({ options: { maxInbound: 1 } })
    const [a, b, c] = [await startNode(), await startNode(), await startNode()]
    await connect(a, full)
    await b.network.addNode(hostPortOf(full), 'onetry')
    await connect(full, c)
    expect(full.network.peers().map(peer => peer.peerId)).toEqual([a.network.peerId, c.network.peerId])
    expect(b.network.peers()).toEqual([])
  })

  test('peers in the configuration are dialled at the start, and again when they come back', async () => {
    const a = await startNode()
    const b = await startNode({ options: { connect: [hostPortOf(a)], listen: [] } })
    await until(() => b.network.peers().length === 1, 'dialled')
    await a.network.stop()
    await until(() => b.network.peers().length === 0, 'gone')
    const again = await startNode({ options: { listen: [a.address.replace(/\/p2p\/.*/, '')] } })
    await until(() => b.network.peers()[0]?.peerId === again.network.peerId, 'dialled again')
  })

  test('a node that wants blocks only gets no transactions, and its own go nowhere', async () => {
    const [a, b] = [await startNode(), await startNode({ options: { relayTransactions: false } })]
    await a.mempool.accept(makeTransaction(1))
    await connect(b, a)
    await a.mempool.accept(makeTransaction(2))
    await b.mempool.accept(makeTransaction(3))
    await a.chain.mine(1, 'x')
    await until(() => b.chain.tip.hash === a.chain.tip.hash, 'block came')
    expect([a.mempool.held.size, b.mempool.held.size]).toEqual([2, 1])
  })

  test('nothing is left open after a stop', async () => {
    const open = (): number => process.getActiveResourcesInfo().filter(name => name.startsWith('TCP')).length
    await stopAll()
    await until(() => open() === 0, 'quiet before')
    const [a, b] = [await startNode(), await startNode()]
    await connect(b, a)
    expect(open()).toBeGreaterThan(2)
    await a.network.stop()
    await b.network.stop()
    await until(() => open() === 0, 'quiet after', 500)
    await a.network.stop()
  })

  test('an address in use is an error, and stopping after it is safe', async () => {
    const a = await startNode()
    await expect(startNode({ options: { listen: [a.address.replace(/\/p2p\/.*/, '')] } })).rejects.toThrow()
  })

  test('a mempool is fetched on connect', async () => {
    const [a, b] = [await startNode(), await startNode()]
    const all = Array.from({ length: 250 }, (_, i) => makeTransaction(i + 1))
    for (const tx of all) await a.mempool.accept(tx)
    await connect(b, a)
    await until(() => b.mempool.held.size === 250, 'mempool fetched')
  })

  test('nodes of other networks part, and both say so', async () => {
    const [a, b] = [await startNode(), await startNode({ networkHash: 'cd'.repeat(32) })]
    await b.network.addNode(hostPortOf(a), 'onetry')
    const said = (node: typeof a): unknown => node.log.lines.find(line => line.event === 'other network')?.fields
    await until(() => said(a) !== undefined && said(b) !== undefined, 'both said so')
    expect(said(a)).toMatchObject({ ours: 'ab'.repeat(32), theirs: 'cd'.repeat(32) })
    expect(said(b)).toMatchObject({ ours: 'cd'.repeat(32), theirs: 'ab'.repeat(32) })
    expect([a.network.peers(), b.network.peers()]).toEqual([[], []])
  })

  test('two nodes with one identity are told apart with a clear line', async () => {
    const privateKey = await newIdentity()
    const [a, b] = [await startNode({ privateKey }), await startNode({ privateKey })]
    await b.network.addNode(hostPortOf(a), 'onetry')
    const line = b.log.lines.find(each => each.level === 'error')
    expect(line?.event).toMatch(/^the peer at \/ip4\/127.0.0.1\/tcp\/\d+ has this node's own identity: .*node\.key$/)
  })

  test('a split heals: the shorter side follows the longer at once', async () => {
    const [a, b] = [await startNode(), await startNode()]
    await a.chain.mine(3, 'common')
    await connect(b, a)
    await until(() => b.chain.tip.hash === a.chain.tip.hash, 'together')
    await a.network.setActive(false)
    await until(() => b.network.peers().length === 0, 'split')
    expect(a.network.active).toBe(false)
    await a.chain.mine(2, 'left')
    await b.chain.mine(5, 'right')
    await a.network.setActive(true)
    await until(() => a.chain.tip.hash === b.chain.tip.hash, 'healed', 3_000)
    expect(a.chain.tip.height).toBe(8)
  })

  test('addnode add, remove and disconnect', async () => {
    const [a, b] = [await startNode(), await startNode()]
    await connect(b, a)
    expect(b.network.addedNodes()).toMatchObject([{ address: hostPortOf(a), connected: true, inbound: false }])
    await expect(b.network.addNode(hostPortOf(a), 'add')).rejects.toMatchObject({ problem: 'already-added' })
    await expect(b.network.addNode('no such peer!', 'add')).rejects.toMatchObject({ problem: 'bad-address' })
    await b.network.addNode(hostPortOf(a), 'remove')
    await expect(b.network.addNode(hostPortOf(a), 'remove')).rejects.toMatchObject({ problem: 'not-added' })
    expect(await b.network.disconnect(b.network.peers()[0]?.id ?? -1)).toBe(true)
    await until(() => a.network.peers().length === 0 && b.network.peers().length === 0, 'gone')
    expect(await b.network.disconnect('1.2.3.4:5')).toBe(false)
  })
})
