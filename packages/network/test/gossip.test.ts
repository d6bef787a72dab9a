import { afterEach, describe, expect, test } from '@jest/globals'
import { type Block, createBlock, createTransaction, type Transaction } from '@raistone/primitives'
import type { GossipVerdict } from '../src/host/host.js'
import {
  type BlockTransactions,
  blockTransactionsMessage,
  getBlockTransactionsMessage,
} from '../src/messages/block-transactions.js'
import { compactBlockMessage, toCompactBlock } from '../src/messages/compact-block.js'
import { encodeMessage } from '../src/messages/message.js'
import { newsMessage } from '../src/messages/transactions.js'
import { ask } from '../src/requests/exchange.js'
import { FakeChain, makeBlock } from './support/fake-chain.js'
import { makeTransaction } from './support/fake-mempool.js'
import { connect, startNode, stopAll, type TestNode, until } from './support/node.js'
import { protocols, type Stranger, startStranger, stopStrangers, visit } from './support/stranger.js'

afterEach(async () => {
  await stopStrangers()
  await stopAll()
})

const misdeeds = (node: TestNode): unknown[] =>
  node.log.lines.filter(line => line.event === 'misdeed').map(line => line.fields.misdeed)

/** Verdicts on block messages so far, with the reason. */
const verdicts = (node: TestNode): [GossipVerdict, string][] =>
  node.log.lines
    .filter(({ event }) => event === 'block message')
    .map(({ fields }) => [fields.verdict as GossipVerdict, String(fields.why)])

async function announce(stranger: Stranger, node: TestNode, block: Block, nonce = 1n): Promise<void> {
  const before = verdicts(node).length
  await stranger.host.subscribed(node.network.peerId, protocols.blockTopic, 5_000)
  await stranger.host.publish(protocols.blockTopic, encodeMessage(compactBlockMessage, toCompactBlock(block, nonce)))
  await until(() => verdicts(node).length > before, 'judged')
}

async function tell(stranger: Stranger, node: TestNode, transactions: readonly Transaction[], salt = 0): Promise<void> {
  await stranger.host.subscribed(node.network.peerId, protocols.txTopic, 5_000)
  await stranger.host.publish(protocols.txTopic, encodeMessage(newsMessage, { salt, transactions }))
}

const askTransactions = (stranger: Stranger, node: TestNode, block: Block, ...indexes: number[]) =>
  ask<{ hash: Block['hash']; indexes: readonly number[] }, BlockTransactions>(
    stranger.host,
    node.network.peerId,
    protocols.blockTransactions,
    getBlockTransactionsMessage,
    { hash: block.hash, indexes },
    blockTransactionsMessage,
  )

describe('transactions', () => {
  test('what a reorganisation frees is told again, though the same news was told before', async () => {
    const [a, b] = [await startNode(), await startNode()]
    const [early, tx] = [makeTransaction(1), makeTransaction(2)]
    await a.mempool.accept(early)
    await connect(b, a)
    await until(() => b.mempool.held.has(early.wtxid), 'mempool fetched')
    await a.mempool.accept(tx)
    await until(() => b.mempool.held.has(tx.wtxid), 'told')
    for (const { mempool } of [a, b]) mempool.held.clear()
    await a.mempool.accept(tx)
    await until(() => b.mempool.held.has(tx.wtxid), 'told again')
  })

  test.each([
    ['parents that a block brings', makeTransaction(2, 0, makeTransaction(1).txid)],
    ['its time', makeTransaction(2, 15)],
  ])('a transaction that came before %s is taken with the block', async (_what, tx) => {
    const node = await startNode()
    const stranger = await startStranger()
    await visit(stranger, node)
    node.mempool.absent.add(makeTransaction(1).txid)
    await tell(stranger, node, [tx])
    await until(() => (node.network.peers()[0]?.lastTransactionMs ?? 0) > 0, 'came')
    await node.chain.mine(1, 'other')
    expect(node.mempool.held.size).toBe(0)
    node.mempool.absent.clear()
    node.mempool.untimely = false
    await node.chain.mine(1, 'x')
    await until(() => node.mempool.held.has(tx.wtxid), 'taken')
  })

  test('a batch with a failing script costs its sender, one that policy refuses does not', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    await visit(stranger, node)
    await tell(stranger, node, [makeTransaction(1), makeTransaction(2, 14)])
    await until(() => node.mempool.held.size === 1, 'taken in part')
    expect(misdeeds(node)).toEqual([])
    await tell(stranger, node, [makeTransaction(3), makeTransaction(4, 13)])
    await until(() => misdeeds(node).length > 0, 'punished')
    expect(misdeeds(node)).toEqual(['bad-script'])
  })

  test('a batch beyond 100 kB is malformed, a single transaction may be longer', async () => {
    const long = (tag: number, length: number): Transaction => {
      const { raw: _, ...tx } = makeTransaction(tag)
      return createTransaction({ ...tx, outputs: [{ value: 1n, script: new Uint8Array(length) }] })
    }
    const node = await startNode()
    const stranger = await startStranger()
    await visit(stranger, node)
    await tell(stranger, node, [long(1, 150_000)])
    await until(() => node.mempool.held.size === 1, 'taken')
    await tell(stranger, node, [long(2, 60_000), long(3, 60_000)])
    await until(() => misdeeds(node).length > 0, 'refused')
    expect([misdeeds(node), node.mempool.held.size]).toEqual([['malformed'], 1])
  })
})

describe('blocks', () => {
  test('a mutated witness neither poisons the block nor what peers are told of it', async () => {
    const [node, honest] = [await startNode(), await startNode()]
    await connect(node, honest)
    const stranger = await startStranger()
    await visit(stranger, node)
    const block = makeBlock(node.chain.tip.hash, 'x')
    const [first] = block.transactions as [Transaction]
    const { raw: _, ...parts } = first
    const bent = createTransaction({
      ...parts,
      inputs: parts.inputs.map(input => ({ ...input, witness: [block.raw] })),
    })
    expect(bent.txid).toBe(first.txid)
    for (const { chain } of [node, honest]) chain.mutated.add(bent.wtxid)
    await announce(stranger, node, createBlock(block.header, [bent]))
    expect(verdicts(node)).toEqual([['accept', 'first variant']])
    await until(() => node.log.lines.some(line => line.event === 'rebuilt block refused'), 'refused')
    expect(await askTransactions(stranger, node, block, 0)).toEqual({ state: 'not-yet', transactions: [] })
    await honest.chain.submitBlock(block.raw)
    await until(() => node.chain.tip.hash === block.hash, 'true one fetched')
    expect((await askTransactions(stranger, node, block, 0)).transactions[0]?.wtxid).toBe(first.wtxid)
    expect(misdeeds(node)).toEqual([])
  })

  test('the rows of the table, by a stranger over the wire', async () => {
    const chain = new FakeChain()
    await chain.mine(200, 'c')
    const node = await startNode({ chain })
    const stranger = await startStranger()
    await visit(stranger, node)
    const at = (height: number) => chain.path(chain.tip)[height]?.hash ?? chain.tip.hash
    const says = async (block: Block, nonce?: bigint): Promise<unknown> => {
      await announce(stranger, node, block, nonce)
      return verdicts(node).at(-1)
    }
    const entries = chain.entries.size
    expect(await says(makeBlock(makeBlock(at(9), 'unknown').hash, 'x'))).toEqual(['ignore', 'unknown parent'])
    expect(await says(makeBlock(at(10), 'deep'))).toEqual(['ignore', 'no more work than our tip'])
    expect(chain.entries.size).toBe(entries)
    expect(await says(makeBlock(at(199), 'rival'))).toEqual(['ignore', 'no more work than our tip'])
    const fresh = makeBlock(at(200), 'fresh')
    expect(await says(fresh)).toEqual(['accept', 'first variant'])
    expect(await says(fresh, 2n)).toEqual(['ignore', 'variant of a known block'])
    await until(() => chain.tip.hash === fresh.hash, 'taken')
    chain.initialDownload = true
    expect(await says(makeBlock(fresh.hash, 'later'))).toEqual(['ignore', 'syncing'])
    expect(misdeeds(node)).toEqual([])
  })

  test('a block found on a fresh, lonely node gives way to a chain that is far ahead', async () => {
    const [ahead, fresh] = [await startNode(), await startNode()]
    await ahead.chain.mine(200, 'ahead')
    await fresh.chain.mine(1, 'lonely')
    await connect(fresh, ahead)
    await fresh.chain.mine(1, 'lonely')
    await until(() => fresh.chain.tip.hash === ahead.chain.tip.hash, 'one chain')
    expect([...misdeeds(fresh), ...misdeeds(ahead)]).toEqual([])
  })

  test('a gossip frame beyond 4 MiB ends the connection, not only the gossip', async () => {
    const node = await startNode()
    const stranger = await startStranger()
    const peer = await visit(stranger, node)
    await stranger.host.subscribed(peer, protocols.blockTopic, 5_000)
    const stream = await stranger.host.open(peer, '/meshsub/1.2.0', 5_000)
    // read as varints: a message of 9 bytes, then one of 266 MB
    await stream.write(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff), 5_000)
    await stream.write(new Uint8Array(0x7f), 5_000)
    await until(() => stranger.closed.includes(peer), 'dropped')
  })
})
