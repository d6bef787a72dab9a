// A ledger of your own inside a test: a regtest node in this process, a wallet, a payment, and nothing left behind.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { configFromWords, type RunningNode, rpcSource, silentLog, startNode } from '@raistone/node'
import { addressToScript } from '@raistone/primitives'
import { createRpcClient, type RpcClient } from '@raistone/rpc'
import { memoryWalletStore, Wallet } from '@raistone/wallet'

const COIN = 100_000_000n

let folder: string
let node: RunningNode
let rpc: RpcClient

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'raistone-example-'))
  const config = configFromWords(['--chain=regtest', `--datadir=${folder}`, '--port=0', '--rpcport=0', '--par=1'])
  node = await startNode(config, { log: silentLog })
  const [user = '', password = ''] = readFileSync(node.cookieFile as string, 'utf8').split(':')
  rpc = createRpcClient({ url: node.rpcUrl as string, authorization: { user, password } })
})

afterEach(async () => {
  await node.stop()
  rmSync(folder, { recursive: true })
})

const newWallet = async (): Promise<Wallet> => {
  const cost = { n: 2, r: 1, p: 1 }
  const made = await Wallet.create(memoryWalletStore(), { params: node.params, passphrase: '', birthday: 0, cost })
  return made.wallet
}

test('a customer pays a shop', async () => {
  const customer = await newWallet()
  const shop = await newWallet()
  await node.generate(101, await customer.newAddress())

  const chain = rpcSource(rpc)
  await customer.sync(chain)
  expect(customer.balance().trusted).toBe(50n * COIN)

  const address = await shop.newAddress()
  const parsed = addressToScript(address, node.params.address)
  if ('error' in parsed) throw new Error(parsed.error)
  const plan = customer.plan({ script: parsed.script, amount: 12n * COIN, feeRate: 2000n })
  const txid = await customer.send(await customer.sign(plan, ''), chain)
  expect(await rpc.call('getrawmempool')).toEqual([txid])

  await node.generate(1, await customer.newAddress())
  await shop.sync(chain)
  expect(shop.balance().trusted).toBe(12n * COIN)
  expect(await rpc.call('getblockcount')).toBe(102)
})
