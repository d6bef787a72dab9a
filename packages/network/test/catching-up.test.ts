import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, type BlockHash, type Header, type Wtxid, ZERO_HASH } from '@raistone/primitives'
import type { FrameStream, ProtocolHandler } from '../src/host/host.js'
import { blockMessage, getBlocksMessage } from '../src/messages/blocks.js'
import { getHeadersMessage, headersMessage } from '../src/messages/headers.js'
import { type Status, serviceBits } from '../src/messages/status.js'
import { batchMessage, getTransactionsMessage } from '../src/messages/transactions.js'
import { receive, send } from '../src/requests/exchange.js'
import { FakeChain, makeBlock } from './support/fake-chain.js'
import { connect, startNode, stopAll, type TestNode, until } from './support/node.js'
import { drain, protocols, startStranger, stopStrangers, visit } from './support/stranger.js'

afterEach(async () => {
  await stopStrangers()
  await stopAll()
})

const misdeeds = (node: TestNode): unknown[] =>
  node.log.lines.filter(line => line.event === 'misdeed').map(line => line.fields.misdeed)

async function grown(count: number, tag = 'g'): Promise<FakeChain> {
  const chain = new FakeChain()
  await chain.mine(count, tag)
  return chain
}

const headersOf = (chain: FakeChain): Header[] =>
  chain
    .path(chain.tip)
    .slice(1)
    .map(entry => entry.header)

/** Answers every question for headers with these. */
const headersHandler = (answer: () => readonly Header[]): ProtocolHandler => ({
  protocol: protocols.headers,
  maxInboundStreams: 4,
  serve: async stream => {
    await receive(stream, getHeadersMessage)
    await send(stream, headersMessage, { headers: answer() })
  },
})

const blocksHandler = (serve: (hashes: readonly BlockHash[], index: number) => Block | 'silence'): ProtocolHandler => ({
  protocol: protocols.blocks,
  maxInboundStreams: 4,
  serve: async stream => {
    const { hashes } = await receive(stream, getBlocksMessage)
    for (let index = 0; index < hashes.length; index++) {
      const block = serve(hashes, index)
      if (block === 'silence') return void (await drain(stream))
      await send(stream, blockMessage, block.raw)
    }
  },
})

const claims =
  (chain: FakeChain) =>
  (theirs: Status): Status => ({ ...theirs, height: chain.tip.height, tip: chain.tip.hash, work: chain.tip.chainWork })

/** A chain whose blocks are judged only while the gate is open. */
function gate(chain: FakeChain): { open(): void; readonly waiting: number } {
  let isOpen = false
  const waiting: (() => void)[] = []
  chain.slow = () => (isOpen ? Promise.resolve() : new Promise(resolve => waiting.push(resolve)))
  return {
    open: () => {
      isOpen = true
      for (const go of waiting.splice(0)) go()
    },
    get waiting() {
      return waiting.length
    },
  }
}

describe('catching up goes on with another peer', () => {
  test('when one leaves midway', async () => {
    const [first, second, node] = [await startNode(), await startNode(), await startNode()]
    const long = await grown(200)
    for (const header of headersOf(long))
      for (const { chain } of [first, second]) await chain.submitBlock(raw(long, header))
    let served = 0
    const { blockBytes } = first.chain
    first.chain.blockBytes = async hash => {
      if (++served === 40) void first.network.stop()
      return blockBytes.call(first.chain, hash)
    }
    await connect(node, first)
    await until(() => node.network.peers().length === 0, 'left')
    expect(node.chain.tip.height).toBeLessThan(200)
    await connect(node, second)
    await until(() => node.chain.tip.hash === long.tip.hash, 'done')
  })

  test('when one gives headers and no blocks', async () => {
    const long = await grown(60)
    const mute = await startStranger(
      [headersHandler(() => headersOf(long)), blocksHandler(() => 'silence')],
      claims(long),
    )
    const [node, honest] = [await startNode(), await startNode({ chain: long })]
    await visit(mute, node)
    await until(() => (node.network.peers()[0]?.inFlight.length ?? 0) > 0, 'asked')
    await connect(node, honest)
    await until(() => node.chain.tip.hash === long.tip.hash, 'done', 7_000)
  })

  test('when one sends headers that build on nothing we know', async () => {
    const long = await grown(10)
    const stray = makeBlock(makeBlock(ZERO_HASH as BlockHash, 'nowhere').hash, 'stray')
    const liar = await startStranger([headersHandler(() => [stray.header])], claims(long))
    const [node, honest] = [await startNode(), await startNode({ chain: long })]
    await visit(liar, node)
    await until(() => misdeeds(node).length > 0, 'noted')
    await connect(node, honest)
    await until(() => node.chain.tip.hash === long.tip.hash, 'done')
    expect(misdeeds(node)).toEqual(['missing'])
    expect(node.chain.entry(stray.hash)).toBeUndefined()
  })

  test('when one shows less work than it claims', async () => {
    const [long, short] = [await grown(10), await grown(3, 's')]
    const liar = await startStranger([headersHandler(() => headersOf(short))], status => ({
      ...claims(short)(status),
      work: 1_000n,
    }))
    const [node, honest] = [await startNode(), await startNode({ chain: long })]
    await visit(liar, node)
    await until(() => node.chain.bestHeader.hash === short.tip.hash, 'its headers came')
    await connect(node, honest)
    await until(() => node.chain.tip.hash === long.tip.hash, 'done')
  })

  test('when one sends a block that fails', async () => {
    const long = await grown(10)
    const bent = { ...(long.blocks.get(hashAt(long, 2)) as Block), raw: Uint8Array.of(1, 2, 3) }
    const liar = await startStranger(
      [
        headersHandler(() => headersOf(long)),
        blocksHandler((hashes, i) => (i === 1 ? bent : (long.blocks.get(hashes[i] as BlockHash) as Block))),
      ],
      claims(long),
    )
    const [node, honest] = [await startNode(), await startNode({ chain: long })]
    await visit(liar, node)
    await until(() => misdeeds(node).includes('malformed'), 'noted')
    await connect(node, honest)
    await until(() => node.chain.tip.hash === long.tip.hash, 'done')
  })
})

const hashAt = (chain: FakeChain, height: number): BlockHash => chain.path(chain.tip)[height]?.hash as BlockHash
const raw = (chain: FakeChain, header: Header): Uint8Array => {
  const entry = chain.path(chain.tip).find(each => each.header === header)
  return chain.blocks.get(entry?.hash as BlockHash)?.raw as Uint8Array
}

describe('in the middle of its own sync', () => {
  test('a node serves what it has', async () => {
    const [source, middle, last] = [await startNode({ chain: await grown(100) }), await startNode(), await startNode()]
    await middle.chain.submitBlock(raw(source.chain, headersOf(source.chain)[0] as Header))
    const middleGate = gate(middle.chain)
    await connect(middle, source)
    await until(() => middleGate.waiting > 0, 'in the middle')
    await connect(last, middle)
    await until(() => last.chain.tip.height === 1, 'served')
    expect(middle.chain.tip.height).toBe(1)
    middleGate.open()
    await until(() => last.chain.tip.hash === source.chain.tip.hash, 'all of it')
  })

  test('a node stops, and nothing is left open', async () => {
    const [source, node] = [await startNode({ chain: await grown(100) }), await startNode()]
    const nodeGate = gate(node.chain)
    await connect(node, source)
    await until(() => nodeGate.waiting > 0, 'in the middle')
    const stopping = Promise.all([node.network.stop(), source.network.stop()])
    nodeGate.open()
    await stopping
    const { submitted } = node.chain
    const count = submitted.length
    const open = (): number => process.getActiveResourcesInfo().filter(name => name.startsWith('TCP')).length
    await until(() => open() === 0, 'nothing open', 500)
    expect(submitted.length).toBe(count)
  })
})

describe('a flood', () => {
  test('of questions is answered at the rate of its protocol', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    const began = performance.now()
    for (let i = 0; i < 23; i++) {
      const stream = await stranger.host.open(peer, protocols.mempool, 5_000)
      await send(stream, getTransactionsMessage, { wtxids: [ZERO_HASH as Wtxid] })
      expect(await receive(stream, batchMessage)).toEqual([])
      stream.abort('done')
    }
    // 20 at once, then 2 a second
    expect(performance.now() - began).toBeGreaterThan(1_400)
  })

  test('of bytes that nobody reads is held back by the window of its stream', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    const ready = (): Promise<FrameStream> => stranger.host.open(peer, protocols.mempool, 5_000)
    for (let i = 0; i < 20; i++) {
      const stream = await ready()
      await stream.write(Uint8Array.of(0xff), 1_000)
      await drain(stream)
    }
    // the next have to wait for their turn, unread
    await ready()
    const stream = await ready()
    const before = node.network.totals().received
    for (let i = 0; i < 8; i++) await stream.write(new Uint8Array(1 << 20), 150).catch(() => {})
    const received = node.network.totals().received - before
    expect(received).toBeGreaterThan(100_000)
    expect(received).toBeLessThan(3 << 20)
  })
})

describe('a node on a snapshot', () => {
  test('tells that it does not have all blocks, until it has', async () => {
    const lacking = await startNode({ chain: Object.assign(await grown(3), { historyFrom: 2 }) })
    const whole = await startNode({ chain: await grown(3) })
    await connect(lacking, whole)
    const servicesOf = (peer: TestNode, of: TestNode) =>
      of.network.peers().find(({ peerId }) => peerId === peer.network.peerId)?.services
    expect(servicesOf(lacking, whole)).toBe(Number(serviceBits.limited))
    expect(servicesOf(whole, lacking)).toBe(Number(serviceBits.full | serviceBits.limited))
  })

  test('asks for more blocks of history when some are verified', async () => {
    const source = await grown(4)
    const chain = new FakeChain()
    chain.submitHeaders(headersOf(source))
    let most = 2
    const missingBlocks = chain.missingBlocks.bind(chain)
    chain.missingBlocks = () => missingBlocks(4).filter(({ height }) => height <= most)
    const node = await startNode({ chain })
    await connect(node, await startNode({ chain: source }))
    await until(() => chain.submitted.length === 2, 'the first blocks')
    most = 4
    chain.events.emit('verified', { entry: chain.tip })
    await until(() => chain.submitted.length === 4, 'the others')
  })
})
