import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from '@jest/globals'
import { freePort } from '@raistone/testkit'
import { newIdentity } from '../src/host/identity.js'
import { Network } from '../src/network.js'
import { FakeChain } from './support/fake-chain.js'
import { FakeMempool } from './support/fake-mempool.js'
import { connect, hostPortOf, memoryLog, startNode, stopAll, type TestNode, testParams, until } from './support/node.js'

const silent: Server[] = []

afterEach(async () => {
  await stopAll()
  for (const server of silent.splice(0)) server.close()
})

/** Takes connections and says nothing: a dial there hangs until its deadline. */
async function silentPort(): Promise<{ readonly port: number; readonly came: Promise<void> }> {
  let arrived: () => void = () => {}
  const came = new Promise<void>(resolve => {
    arrived = resolve
  })
  const server = createServer(socket => {
    socket.on('error', () => {})
    arrived()
  })
  silent.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, came }
}

const sees = (a: TestNode, b: TestNode): boolean => a.network.peers().some(each => each.peerId === b.network.peerId)
const count = (node: TestNode, event: string): number => node.log.lines.filter(line => line.event === event).length
const unreached = (node: TestNode): number => count(node, 'peer not reached')
const failed = (node: TestNode): number => count(node, 'dial failed')

describe('dialling', () => {
  test.each(['stop', 'setActive'] as const)('%s does not wait for a dial that hangs', async how => {
    const { port, came } = await silentPort()
    const node = await startNode({ options: { addnode: [`127.0.0.1:${port}`] } })
    await came
    const began = performance.now()
    if (how === 'stop') await node.network.stop()
    else {
      await node.network.setActive(false)
      await until(() => unreached(node) === 1, 'given up', 2_000)
    }
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('an address that is none is an error before anything is opened', async () => {
    const port = await freePort()
    const network = new Network(
      {
        params: testParams(),
        chain: new FakeChain(),
        mempool: new FakeMempool(),
        clock: { nowMs: () => 0 },
        log: memoryLog(),
        random: Math.random,
        privateKey: await newIdentity(),
      },
      { listen: [`/ip4/127.0.0.1/tcp/${port}`], connect: [], addnode: ['two words'], userAgent: '' },
    )
    await expect(network.start()).rejects.toMatchObject({ problem: 'bad-address' })
    await startNode({ options: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } })
  })

  test('a peer that is not there is named once, and found as soon as it comes', async () => {
    const port = await freePort()
    const node = await startNode({ options: { addnode: [`localhost:${port}`] }, random: () => 0 })
    await until(() => failed(node) === 2, 'dialled twice')
    const late = await startNode({ options: { listen: [`/ip4/127.0.0.1/tcp/${port}`] } })
    await until(() => sees(node, late), 'found', 5_000)
    expect(unreached(node)).toBe(1)
  })

  const hasIp6 = Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'))
  const onIp6 = hasIp6 ? test : test.skip
  onIp6('an IPv6 address is listened on, dialled and shown as Core shows it', async () => {
    const a = await startNode({ options: { listen: ['/ip6/::1/tcp/0'] } })
    const port = /tcp\/(\d+)/.exec(a.address)?.[1]
    const b = await startNode({ options: { addnode: [`[::1]:${port}`], listen: [] } })
    await until(() => sees(b, a), 'connected')
    expect(b.network.peers()[0]).toMatchObject({ hostPort: `[::1]:${port}`, inbound: false, named: true })
    expect(await b.network.disconnect(`[::1]:${port}`)).toBe(true)
  })

  test('a node that listens nowhere takes nobody; the one peer it connects to is all it has', async () => {
    const [only, other] = [await startNode(), await startNode()]
    const node = await startNode({ options: { listen: [], connect: [hostPortOf(only)] } })
    await connect(other, only)
    await until(() => sees(node, only), 'connected')
    await other.chain.mine(2, 'o')
    await until(() => node.chain.tip.hash === other.chain.tip.hash, 'by way of its peer')
    expect(node.network.multiaddrs()).toEqual([])
    expect(node.network.peers().map(({ peerId }) => peerId)).toEqual([only.network.peerId])
  })
})

describe('a network switched off and on', () => {
  test.each(['the one who dialled', 'the one who was dialled'])('%s comes back, and both agree at once', async who => {
    const [dialled, dialler] = [await startNode(), await startNode({ options: { listen: [] }, random: () => 0 })]
    await dialled.chain.mine(2, 'common')
    await connect(dialler, dialled)
    await until(() => dialler.chain.tip.hash === dialled.chain.tip.hash, 'together')
    const [off, other] = who === 'the one who dialled' ? [dialler, dialled] : [dialled, dialler]
    await off.network.setActive(false)
    await until(() => other.network.peers().length === 0, 'parted')
    await off.chain.mine(3, 'short')
    await other.chain.mine(6, 'long')
    await off.network.addNode(hostPortOf(dialled), 'onetry')
    expect(off.network.peers()).toEqual([])
    await off.network.setActive(true)
    await until(() => off.chain.tip.hash === other.chain.tip.hash, 'agreed', 3_500)
    expect(off.chain.tip.height).toBe(8)
    expect(sees(dialler, dialled)).toBe(true)
  })

  test('a dialled peer away for long is found within seconds', async () => {
    const [dialled, dialler] = [await startNode(), await startNode({ options: { listen: [] }, random: () => 0 })]
    await connect(dialler, dialled)
    await dialled.network.setActive(false)
    await until(() => failed(dialler) === 2, 'dialled twice')
    await dialled.network.setActive(true)
    await until(() => sees(dialler, dialled), 'found', 4_500)
  })
})
