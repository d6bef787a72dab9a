import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type BlockHash, scriptToAddress, type Transaction, toHex } from '@raistone/primitives'
import {
  findMethod,
  isJsonObject,
  type JsonValue,
  type MethodName,
  methodTable,
  parseJson,
  writeJson,
} from '@raistone/rpc'
import { buildBlock, entryParent, ownedCoin, removeTempDirs, spend, tempDir, testKey, waitFor } from '@raistone/testkit'
import { diskUse } from '../../src/disk-use.js'
import type { RunningNode } from '../../src/index.js'
import { post, startTestNode, stopTestNodes } from '../in-process.js'
import { misfit } from './conforms.js'

const key = testKey(1)
const elsewhere = testKey(2).scripts.p2tr

let node: RunningNode
let peer: RunningNode
let address: string
let spending: Transaction
let waiting: Transaction

/** Spends the coinbase of a height. */
async function spendCoinbase(height: number, script: Uint8Array, fee: bigint): Promise<Transaction> {
  const entry = node.chain.entryAt(height)
  const block = entry && (await node.chain.block(entry.hash))
  const coin = ownedCoin(block?.transactions[0] as Transaction, 0, key)
  return spend([coin], [{ value: coin.output.value - fee, script }])
}

beforeAll(async () => {
  node = await startTestNode(['--prune=1', '--blockfilterindex'])
  peer = await startTestNode([`--addnode=${node.multiaddrs()[0]}`])
  address = scriptToAddress(key.scripts.p2wpkh, node.params.address) as string
  await node.generate(101, address)
  spending = await spendCoinbase(1, elsewhere, 1000n)
  await answer('sendrawtransaction', `["${toHex(spending.raw)}"]`)
  await node.generate(2, address)
  waiting = await spendCoinbase(2, key.scripts.p2wpkh, 2000n)
  await answer('sendrawtransaction', `["${toHex(waiting.raw)}"]`)
  await waitFor(() => peer.chain.tip.height === 103 && node.network.peers().length === 1, 30_000, 'the peer')
}, 60_000)

afterAll(async () => {
  await stopTestNodes()
  removeTempDirs()
})

interface Reply {
  readonly status: number
  readonly result: JsonValue | undefined
  readonly code: JsonValue | undefined
}

async function answer(method: string, params: string): Promise<Reply> {
  const { status, contentType, text } = await post(node, `{"id":7,"method":"${method}","params":${params}}`)
  expect(contentType).toBe('application/json')
  const reply = parseJson(text)
  if (!isJsonObject(reply)) throw new Error(text)
  expect(Object.keys(reply)).toEqual(['result', 'error', 'id'])
  return { status, result: reply.result, code: isJsonObject(reply.error) ? reply.error.code : undefined }
}

/** The coins of the peer, which has one block more and of which the node knows but the headers. */
async function snapshotAhead(): Promise<string> {
  for (let height = peer.chain.tip.height + 1; height <= node.chain.tip.height; height++)
    await peer.chain.submitBlock((await node.chain.blockBytes(blockOf(height) as BlockHash)) as Uint8Array)
  await peer.generate(1, address)
  node.chain.submitHeaders([peer.chain.tip.header])
  const dump = await peer.chain.dump()
  const file = join(tempDir(), 'utxo.dat')
  await writeFile(file, dump.pieces)
  return `["${file}","${dump.coinsHash}"]`
}

interface Row {
  /** Parameters that are answered; the last one may change the node. */
  readonly right: () => string | Promise<string>
  /** Parameters that are refused, with Core's code. */
  readonly wrong: () => string
  readonly code: number
}

const tooMany: Pick<Row, 'wrong' | 'code'> = { wrong: () => '["too","many"]', code: -1 }
const blockOf = (height: number): string => node.chain.entryAt(height)?.hash as string
const nowhere = '0'.repeat(64)
/** The tip, while it is invalidated. */
let left = ''

/** Every method there is, in the order they are called. */
const rows: Readonly<Record<MethodName, Row>> = {
  getblockchaininfo: { right: () => '[]', ...tooMany },
  getblockcount: { right: () => '[]', ...tooMany },
  getbestblockhash: { right: () => '[]', ...tooMany },
  getblockhash: { right: () => '[103]', wrong: () => '[104]', code: -8 },
  getblockfilter: { right: () => `["${blockOf(103)}"]`, wrong: () => `["${nowhere}"]`, code: -5 },
  getindexinfo: { right: () => '[]', wrong: () => '[1]', code: -3 },
  getblockheader: { right: () => `["${blockOf(1)}"]`, wrong: () => `["${nowhere}"]`, code: -5 },
  getchaintips: { right: () => '[]', ...tooMany },
  preciousblock: { right: () => `["${blockOf(103)}"]`, wrong: () => `["${nowhere}"]`, code: -5 },
  invalidateblock: {
    right: () => {
      left = blockOf(103)
      return `["${left}"]`
    },
    wrong: () => `["${nowhere}"]`,
    code: -5,
  },
  reconsiderblock: { right: () => `["${left}"]`, wrong: () => `["${nowhere}"]`, code: -5 },
  getblock: { right: () => `["${blockOf(102)}",2]`, wrong: () => '["00"]', code: -8 },
  getrawtransaction: {
    right: () => `["${spending.txid}",2,"${blockOf(102)}"]`,
    wrong: () => `["${spending.txid}"]`,
    code: -5,
  },
  decoderawtransaction: { right: () => `["${toHex(spending.raw)}"]`, wrong: () => '["00"]', code: -22 },
  gettxout: { right: () => `["${waiting.txid}",0]`, wrong: () => `["${waiting.txid}","0"]`, code: -3 },
  pruneblockchain: { right: () => '[50]', wrong: () => '[5000]', code: -8 },
  dumptxoutset: { right: () => `["${join(tempDir(), 'utxo.dat')}"]`, wrong: () => '["/nowhere/at/all"]', code: -8 },
  getchainstates: { right: () => '[]', ...tooMany },
  gettxoutsetinfo: { right: () => '["muhash"]', wrong: () => '["md5"]', code: -8 },
  verifychain: { right: () => '[4,20]', wrong: () => '[true]', code: -3 },
  getmempoolinfo: { right: () => '[]', ...tooMany },
  getrawmempool: { right: () => '[true]', wrong: () => '[true,true]', code: -8 },
  testmempoolaccept: {
    right: async () => `[["${toHex((await spendCoinbase(3, elsewhere, 1000n)).raw)}"]]`,
    wrong: () => '[[]]',
    code: -8,
  },
  sendrawtransaction: {
    right: async () => `["${toHex((await spendCoinbase(3, elsewhere, 1000n)).raw)}"]`,
    wrong: () => `["${toHex(spending.raw)}"]`,
    code: -27,
  },
  generatetoaddress: { right: () => `[1,"${address}"]`, wrong: () => '[1,"nobody"]', code: -5 },
  submitblock: {
    right: () => `["${toHex(buildBlock(node.params, entryParent(node.chain.tip)).raw)}"]`,
    wrong: () => '["00"]',
    code: -22,
  },
  getpeerinfo: { right: () => '[]', ...tooMany },
  getconnectioncount: { right: () => '[]', ...tooMany },
  getnetworkinfo: { right: () => '[]', ...tooMany },
  addnode: { right: () => '["127.0.0.1:9","add"]', wrong: () => '["127.0.0.1:9","forget"]', code: -1 },
  disconnectnode: { right: () => '["",0]', wrong: () => '["127.0.0.1:1"]', code: -29 },
  setnetworkactive: { right: () => '[false]', wrong: () => '[0]', code: -3 },
  loadtxoutset: { right: snapshotAhead, wrong: () => '["/nowhere/at/all"]', code: -8 },
  getmininginfo: { right: () => '[]', ...tooMany },
  validateaddress: { right: () => `["${address}"]`, wrong: () => '[1]', code: -3 },
  uptime: { right: () => '[]', ...tooMany },
  help: { right: () => '["getblock"]', wrong: () => '[1]', code: -3 },
  stop: { right: () => '[]', wrong: () => '["now"]', code: -3 },
}

test('getblockchaininfo says that everything is verified, and what the blocks take', async () => {
  const { result } = await answer('getblockchaininfo', '[]')
  const onDisk = await diskUse(join(node.cookieFile as string, '../blocks'))
  expect(JSON.parse(writeJson(result as JsonValue))).toMatchObject({
    verificationprogress: 1,
    initialblockdownload: false,
    size_on_disk: onDisk,
  })
  expect(onDisk).toBeGreaterThan(0)
})

describe('every method of a running node', () => {
  test('is in the table', () => {
    expect(Object.keys(rows).sort()).toEqual(methodTable.map(({ name }) => name).sort())
  })

  test.each(Object.entries(rows))('%s', async (name, { right, wrong, code }) => {
    const refused = await answer(name, wrong())
    expect(refused).toEqual({ status: 500, result: null, code })
    const taken = await answer(name, await right())
    expect({ status: taken.status, code: taken.code }).toEqual({ status: 200, code: undefined })
    const shapes = findMethod(name)?.result.map(({ shape }) => shape) ?? []
    expect(misfit(taken.result, shapes)).toBeUndefined()
  })

  test('the last call has stopped it', async () => {
    await node.stopped
    await expect(post(node, '{}', 'u:p')).rejects.toThrow()
  })
})
