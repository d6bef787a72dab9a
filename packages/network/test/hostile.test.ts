import { afterEach, describe, expect, test } from '@jest/globals'
import { type BlockHash, encodeHeader, type Transaction, ZERO_HASH } from '@raistone/primitives'
import { blockTransactionsMessage, getBlockTransactionsMessage } from '../src/messages/block-transactions.js'
import { blockMessage, getBlocksMessage } from '../src/messages/blocks.js'
import { compactBlockMessage, toCompactBlock } from '../src/messages/compact-block.js'
import { getHeadersMessage, headersMessage } from '../src/messages/headers.js'
import { encodeMessage } from '../src/messages/message.js'
import { STATUS_PROTOCOL } from '../src/messages/protocols.js'
import { ask, receive, send } from '../src/requests/exchange.js'
import { FakeChain, makeBlock } from './support/fake-chain.js'
import { makeTransaction } from './support/fake-mempool.js'
import { connect, startNode, stopAll, type TestNode, until } from './support/node.js'
import { drain, protocols, startStranger, stopStrangers, visit } from './support/stranger.js'

afterEach(async () => {
  await stopStrangers()
  await stopAll()
})

const requestProtocols = [
  STATUS_PROTOCOL,
  protocols.headers,
  protocols.blocks,
  protocols.blockTransactions,
  protocols.mempool,
]

const misdeeds = (node: TestNode): unknown[] =>
  node.log.lines.filter(line => line.event === 'misdeed').map(line => line.fields.misdeed)

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 13) & 0xff)

/** A big transaction: its block is worth sending slowly. */
const padded = (tag: number, length: number): Transaction => {
  const tx = makeTransaction(tag)
  return { ...tx, raw: tx.raw, outputs: [{ value: 1n, script: new Uint8Array(length) }] }
}

describe('strangers', () => {
  test.each(requestProtocols)('garbage on %s is survived', async protocol => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    for (let seed = 0; seed < 3; seed++) {
      const stream = await stranger.host.open(peer, protocol, 5_000)
      await stream.write(noise(10 + 40 * seed, seed), 5_000)
      await drain(stream)
      stream.abort('done')
    }
    const other = await startNode()
    await connect(other, node)
  })

  test.each(requestProtocols)(
    'a frame longer than any question on %s is refused before it is buffered',
    async protocol => {
      const node = await startNode()
      const stranger = await startStranger()
      const peer = await visit(stranger, node)
      const before = node.network.totals().received
      const stream = await stranger.host.open(peer, protocol, 5_000)
      await stream.write(new Uint8Array(8 << 20), 5_000).catch(() => {})
      expect(await drain(stream)).toBe(0)
      expect(node.network.totals().received - before).toBeLessThan(4 << 20)
    },
  )

  test('garbage on the topics is not passed on, and its sender is banned', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    for (const topic of [protocols.blockTopic, protocols.txTopic]) {
      await stranger.host.subscribed(peer, topic, 5_000)
      await stranger.host.publish(topic, noise(100, 1))
    }
    await until(() => stranger.closed.includes(node.network.peerId), 'dropped')
    expect(misdeeds(node)).toEqual(['malformed', 'malformed'])
    await visit(stranger, node).catch(() => {})
    await until(() => stranger.closed.length === 2, 'refused')
    expect(node.network.peers()).toEqual([])
  })

  test('a header with wrong bits by topic costs its sender a ban', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    const block = makeBlock(node.chain.tip.hash, 'bad')
    const bad = { ...toCompactBlock(block, 1n), header: { ...block.header, bits: 1 } }
    await stranger.host.subscribed(peer, protocols.blockTopic, 5_000)
    await stranger.host.publish(protocols.blockTopic, encodeMessage(compactBlockMessage, bad))
    await until(() => stranger.closed.length > 0, 'dropped')
    expect(misdeeds(node)).toEqual(['header'])
  })

  test('who announces a block and withholds it pays little, and the block comes from elsewhere', async () => {
    const [node, honest] = [await startNode(), await startNode()]
    await connect(node, honest)
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    const block = makeBlock(node.chain.tip.hash, 'x', [makeTransaction(1)])
    await stranger.host.subscribed(peer, protocols.blockTopic, 5_000)
    await stranger.host.publish(protocols.blockTopic, encodeMessage(compactBlockMessage, toCompactBlock(block, 1n)))
    await until(() => misdeeds(node).length > 0, 'punished')
    expect(misdeeds(node)).toEqual(['withheld'])
    // it forwarded the announcement in good faith: whoever asks it for the rest is put off, not lied to
    const question = { hash: block.hash, indexes: [1] }
    const ours = [getBlockTransactionsMessage, question, blockTransactionsMessage] as const
    expect(await ask(stranger.host, peer, protocols.blockTransactions, ...ours)).toMatchObject({ state: 'not-yet' })
    await honest.chain.submitBlock(block.raw)
    await until(() => node.chain.tip.hash === block.hash, 'fetched')
  })

  test('an invalid block by sync bans the peer that served it; the chain goes on with others', async () => {
    const evil = new FakeChain()
    evil.lenient = true
    await evil.submitBlock(makeBlock(evil.tip.hash, 'evil', [], 666).raw)
    await evil.mine(3, 'evil')
    const [node, liar, honest] = [await startNode(), await startNode({ chain: evil }), await startNode()]
    await connect(liar, node)
    await until(() => misdeeds(node).includes('consensus'), 'found out')
    await until(() => liar.network.peers().length === 0, 'banned')
    await honest.chain.mine(2, 'good')
    await connect(honest, node)
    await until(() => node.chain.tip.hash === honest.chain.tip.hash, 'synced')
  })

  test('blocks that were not asked for are refused', async () => {
    const long = new FakeChain()
    await long.mine(3, 'l')
    const wrong = makeBlock(ZERO_HASH as BlockHash, 'wrong').raw
    const stranger = await startStranger(
      [
        {
          protocol: protocols.headers,
          maxInboundStreams: 4,
          serve: async stream => {
            await receive(stream, getHeadersMessage)
            const headers = long
              .path(long.tip)
              .slice(1)
              .map(entry => entry.header)
            await send(stream, headersMessage, { headers })
          },
        },
        {
          protocol: protocols.blocks,
          maxInboundStreams: 4,
          serve: async stream => {
            const { hashes } = await receive(stream, getBlocksMessage)
            for (const _ of hashes) await send(stream, blockMessage, wrong)
          },
        },
      ],
      status => ({ ...status, work: 4n, height: 3, tip: long.tip.hash }),
    )
    const node = await startNode()
    await visit(stranger, node)
    await until(() => misdeeds(node).filter(each => each === 'malformed').length === 2, 'found out twice')
    await until(() => stranger.closed.length > 0, 'banned')
    expect(node.chain.submitted).toEqual([])
  })

  test('headers that lead nowhere are not asked for over and over', async () => {
    let asked = 0
    const stranger = await startStranger(
      [
        {
          protocol: protocols.headers,
          maxInboundStreams: 4,
          serve: async stream => {
            asked++
            await receive(stream, getHeadersMessage)
            await send(stream, headersMessage, { headers: [] })
          },
        },
      ],
      status => ({ ...status, work: 1_000_000n }),
    )
    const node = await startNode()
    await visit(stranger, node)
    await until(() => asked > 0, 'asked')
    const honest = await startNode()
    await honest.chain.mine(5, 'h')
    await connect(honest, node)
    await until(() => node.chain.tip.hash === honest.chain.tip.hash, 'synced')
    expect(asked).toBeLessThanOrEqual(2)
  })

  test('a slow reader gets everything, and we read from disk only as fast as it does', async () => {
    const node = await startNode()
    const big = Array.from({ length: 24 }, (_, i) => padded(i + 1, 1_000_000))
    for (const [i, tx] of big.entries()) {
      const body = makeBlock(node.chain.tip.hash, `b${i}`, [tx])
      const raw = new Uint8Array(1_000_000)
      raw.set(encodeHeader(body.header))
      await node.chain.submitBlock(body.raw)
      node.chain.blocks.set(body.hash, { ...body, raw })
    }
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    const hashes = node.chain
      .path(node.chain.tip)
      .slice(1)
      .map(entry => entry.hash)
    const stream = await stranger.host.open(peer, protocols.blocks, 5_000)
    await send(stream, getBlocksMessage, { hashes })
    let ahead = 0
    for (let read = 0; read < hashes.length; read++) {
      expect(await receive(stream, blockMessage)).toHaveLength(1_000_000)
      await new Promise(resolve => setTimeout(resolve, 15))
      ahead = Math.max(ahead, node.chain.served - read - 1)
    }
    expect(ahead).toBeGreaterThan(0)
    expect(ahead).toBeLessThan(16)
  })
})
