import { describe, expect, test } from '@jest/globals'
import {
  type BlockHash,
  DecodeError,
  encode,
  fromHex,
  type Header,
  hash32,
  sipHash,
  type Transaction,
  vector,
  type Wtxid,
  ZERO_HASH,
} from '@raistone/primitives'
import {
  type BlockTransactions,
  blockTransactionsMessage,
  getBlockTransactionsMessage,
} from '../src/messages/block-transactions.js'
import { blockMessage, getBlocksMessage, MOST_BLOCKS } from '../src/messages/blocks.js'
import { compactBlockMessage, shortIdHasher, toCompactBlock } from '../src/messages/compact-block.js'
import { getHeadersMessage, headersMessage, MOST_HEADERS, MOST_LOCATOR_HASHES } from '../src/messages/headers.js'
import { decodeMessage, encodeMessage, type Message } from '../src/messages/message.js'
import { type Status, statusMessage } from '../src/messages/status.js'
import {
  batchFits,
  batchMessage,
  getTransactionsMessage,
  MOST_BATCH_BYTES,
  MOST_BATCH_TRANSACTIONS,
  mempoolListMessage,
  newsMessage,
  splitBatches,
} from '../src/messages/transactions.js'
import { genesisBlock, makeBlock } from './support/fake-chain.js'
import { makeTransaction } from './support/fake-mempool.js'

const hash = (n: number): BlockHash => n.toString(16).padStart(64, '0') as BlockHash
const block = makeBlock(genesisBlock.hash, 'b', [makeTransaction(1), makeTransaction(2), makeTransaction(3)])
const [, first, second] = block.transactions as [Transaction, Transaction, Transaction]

const status: Status = {
  networkHash: 'ab'.repeat(32),
  genesis: genesisBlock.hash,
  height: 7,
  tip: block.hash,
  work: (1n << 255n) + 12345678901234567890n,
  services: 1n,
  relaysTransactions: true,
  userAgent: '/raistone:0.1.0/',
}

const row = <T>(message: Message<T>, value: T): [string, Message<unknown>, unknown] => [
  message.name,
  message as unknown as Message<unknown>,
  value,
]

const rows = [
  row(statusMessage, status),
  row(getHeadersMessage, { locator: [hash(1), hash(2)], stop: ZERO_HASH as BlockHash }),
  row(headersMessage, { headers: [genesisBlock.header, block.header] }),
  row(getBlocksMessage, { hashes: [hash(1), hash(2)] }),
  row(blockMessage, block.raw),
  row(blockMessage, undefined),
  row(batchMessage, [first, second]),
  row(newsMessage, { salt: 0xffffffff, transactions: [first, second] }),
  row(getTransactionsMessage, { wtxids: [first.wtxid] }),
  row(mempoolListMessage, { wtxids: [first.wtxid, second.wtxid] }),
  row(getBlockTransactionsMessage, { hash: block.hash, indexes: [1, 300, 9_000] }),
  row<BlockTransactions>(blockTransactionsMessage, { state: 'found', transactions: [first] }),
  row<BlockTransactions>(blockTransactionsMessage, { state: 'not-yet', transactions: [] }),
  row(compactBlockMessage, toCompactBlock(block, 0x0123456789abcdefn)),
]

describe('messages', () => {
  test.each(rows)('%s: what is written is read back', (_name, message, value) => {
    expect(decodeMessage(message, encodeMessage(message, value))).toEqual(value)
  })

  test.each(rows)(
    '%s: cut anywhere or lengthened it is a DecodeError, or another whole message',
    (_name, message, value) => {
      const bytes = encodeMessage(message, value)
      const step = Math.max(1, Math.floor(bytes.length / 40))
      for (let length = 0; length < bytes.length; length += step) {
        try {
          decodeMessage(message, bytes.subarray(0, length))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }
    },
  )

  test.each(rows)('%s: longer than its limit is refused', (_name, message) => {
    expect(() => decodeMessage(message, new Uint8Array(message.most + 1))).toThrow(DecodeError)
  })

  test('a user agent reaches logs as printable ASCII only, and no longer than 256 bytes', () => {
    const shown = decodeMessage(
      statusMessage,
      encodeMessage(statusMessage, { ...status, userAgent: '\u001b[31mé'.repeat(90) }),
    )
    expect(shown.userAgent).toMatch(/^[\x20-\x7e]{256}$/)
  })

  test('lists longer than their limit are refused before they are read', () => {
    const locator = vector(hash32<BlockHash>())
    const many = Array.from({ length: MOST_LOCATOR_HASHES + 1 }, (_, i) => hash(i))
    expect(() => decodeMessage(getHeadersMessage, encode(locator, many))).toThrow(/at most 101/)
    expect(() => decodeMessage(getBlocksMessage, encode(locator, many.slice(0, MOST_BLOCKS + 1)))).toThrow(DecodeError)
    expect(() => decodeMessage(headersMessage, Uint8Array.of(0xfd, 0xd1, 0x07))).toThrow(/list of 2001/)
  })

  test.each([[[3, 3]], [[5, 4]]])('transactions of a block are asked for in rising order, not as %j', indexes => {
    const message = getBlockTransactionsMessage
    const ask = (wanted: number[]) =>
      decodeMessage(message, encodeMessage(message, { hash: block.hash, indexes: wanted }))
    expect(() => ask(indexes)).toThrow(/do not rise/)
    expect(ask([3, 4]).indexes).toEqual([3, 4])
  })

  test('an answer beyond its limit is refused before its bytes are put together', () => {
    const written: unknown[] = []
    const codec = { ...blockTransactionsMessage.codec, write: (...parts: unknown[]) => written.push(parts) }
    const value: BlockTransactions = { state: 'found', transactions: new Array(200).fill({ raw: { length: 400_000 } }) }
    expect(() => encodeMessage({ ...blockTransactionsMessage, codec } as never, value)).toThrow(RangeError)
    expect(written).toEqual([])
  })

  test('the largest messages fit their limits', () => {
    const headers = Array.from({ length: MOST_HEADERS }, (): Header => block.header)
    expect(encodeMessage(headersMessage, { headers })).toHaveLength(headersMessage.most)
    const locator = Array.from({ length: MOST_LOCATOR_HASHES }, (_, i) => hash(i))
    expect(encodeMessage(getHeadersMessage, { locator, stop: hash(0) }).length).toBeLessThanOrEqual(
      getHeadersMessage.most,
    )
  })
})

describe('compact blocks', () => {
  test('SipHash-2-4 of its authors’ key and inputs', () => {
    const key = fromHex('000102030405060708090a0b0c0d0e0f')
    const input = Uint8Array.from({ length: 15 }, (_, i) => i)
    expect(sipHash(key, input)).toEqual([0x49be45e5, 0xa129ca61])
    expect(sipHash(key, new Uint8Array())).toEqual([0xdd0e0e31, 0x726fdb47])
  })

  test('short ids are six bytes and depend on the nonce', () => {
    const [a, b] = [1n, 2n].map(nonce => shortIdHasher({ header: block.header, nonce })(first.wtxid as Wtxid))
    expect(a).toBeLessThan(2 ** 48)
    expect(a).not.toBe(b)
  })

  test('prefilled transactions past the end, and empty blocks, are refused', () => {
    const good = toCompactBlock(block, 1n)
    const past = { ...good, prefilled: [{ index: 9, tx: first }] }
    expect(() => decodeMessage(compactBlockMessage, encodeMessage(compactBlockMessage, past))).toThrow(/past the end/)
    const empty = { ...good, shortIds: [], prefilled: [] }
    expect(() => decodeMessage(compactBlockMessage, encodeMessage(compactBlockMessage, empty))).toThrow(/without/)
  })
})

describe('batches', () => {
  test('hold at most 100 transactions and 100 kB, in order', () => {
    const many = Array.from({ length: 250 }, (_, i) => makeTransaction(i + 1))
    const batches = splitBatches(many)
    expect(batches.map(batch => batch.length)).toEqual([MOST_BATCH_TRANSACTIONS, MOST_BATCH_TRANSACTIONS, 50])
    expect(batches.flat()).toEqual(many)
  })

  test('a long transaction travels alone', () => {
    const long = { ...first, raw: new Uint8Array(MOST_BATCH_BYTES + 1) }
    expect(splitBatches([first, long, second]).map(batch => batch.length)).toEqual([1, 1, 1])
    const exact = { ...first, raw: new Uint8Array(MOST_BATCH_BYTES - 1 - second.raw.length) }
    const over = { ...first, raw: new Uint8Array(MOST_BATCH_BYTES - second.raw.length) }
    expect([[long], [exact, second], [over, second], []].map(batchFits)).toEqual([true, true, false, false])
  })
})
