import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  killAllProcesses,
  type NodeProcess,
  removeTempDirs,
  runRaistone,
  startNodeProcess,
  tempDir,
} from '@raistone/testkit'

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

let node: NodeProcess

beforeAll(async () => {
  node = await startNodeProcess({
    datadir: tempDir(),
    args: ['--par=1'],
    env: { RAISTONE_RPC_PASSWORD: 'two words', RAISTONE_RPCUSER: 'anna' },
  })
  // With a password of one's own there is still the cookie for tools on this machine.
}, 60_000)

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
})

const post = (body: string, credentials: string): Promise<Response> =>
  fetch(node.rpcUrl, { method: 'POST', body, headers: { authorization: `Basic ${btoa(credentials)}` } })

const cookie = (): string => readFileSync(`${node.datadir}/regtest/.cookie`, 'utf8')

describe('JSON-RPC of a running node', () => {
  test('answers the listed methods with Core’s fields', async () => {
    const call = async (method: string, ...params: unknown[]): Promise<unknown> => {
      const response = await post(JSON.stringify({ id: 1, method, params }), cookie())
      const { result, error } = (await response.json()) as { result: unknown; error: unknown }
      expect({ method, error }).toEqual({ method, error: null })
      return result
    }
    const hashes = (await call('generatetoaddress', 3, ADDRESS)) as string[]
    expect(hashes).toHaveLength(3)
    const [hash] = hashes as [string]
    expect(await call('getblockcount')).toBe(3)
    expect(await call('getblockhash', 1)).toBe(hash)
    expect(await call('getbestblockhash')).toBe(hashes[2])
    expect(await call('getblockchaininfo')).toMatchObject({ chain: 'regtest', blocks: 3, headers: 3, pruned: false })
    expect(await call('getblockheader', hash)).toMatchObject({ height: 1, confirmations: 3, nTx: 1 })
    expect(await call('getblock', hash, 0)).toMatch(/^[0-9a-f]+$/)
    const block = (await call('getblock', hash)) as { tx: string[] }
    expect(block).toMatchObject({ hash, height: 1, nTx: 1 })
    expect(await call('getblock', hash, 2)).toMatchObject({ tx: [{ txid: block.tx[0] }] })
    const raw = (await call('getrawtransaction', block.tx[0], false, hash)) as string
    expect(await call('decoderawtransaction', raw)).toMatchObject({ txid: block.tx[0], version: 2 })
    expect(await call('gettxout', block.tx[0], 0)).toMatchObject({ value: 50, coinbase: true, confirmations: 3 })
    expect(await call('gettxoutsetinfo', 'muhash')).toMatchObject({ height: 3, txouts: 3, total_amount: 150 })
    expect(await call('getmempoolinfo')).toMatchObject({ loaded: true, size: 0 })
    expect(await call('getrawmempool')).toEqual([])
    expect(await call('testmempoolaccept', [raw])).toMatchObject([{ allowed: false, 'reject-reason': 'coinbase' }])
    expect(await call('submitblock', await call('getblock', hash, 0))).toBe('duplicate')
    expect(await call('getpeerinfo')).toEqual([])
    expect(await call('getconnectioncount')).toBe(0)
    expect(await call('getnetworkinfo')).toMatchObject({
      subversion: expect.stringContaining('/Raistone:'),
      networkactive: true,
    })
    expect(await call('setnetworkactive', true)).toBe(true)
    expect(await call('getmininginfo')).toMatchObject({ blocks: 3, chain: 'regtest' })
    expect(await call('validateaddress', ADDRESS)).toMatchObject({ isvalid: true, iswitness: true })
    expect(await call('uptime')).toEqual(expect.any(Number))
    expect(await call('help')).toContain('getblockcount')
  })

  test('takes named arguments, batches, cookie and password, and has Core’s error codes', async () => {
    const code = async (body: string): Promise<unknown> => {
      const response = await post(body, cookie())
      return ((await response.json()) as { error: { code: number } | null }).error?.code
    }
    expect(await code('{"method":"nothing"}')).toBe(-32601)
    expect(await code('{"method":"getblockhash","params":["x"]}')).toBe(-3)
    expect(await code('{"method":"getblockhash","params":[99]}')).toBe(-8)
    expect(await code('{"method":')).toBe(-32700)
    expect(await code('{"params":[]}')).toBe(-32600)
    const named = await post('{"method":"getblockhash","params":{"height":0}}', 'anna:two words')
    expect(await named.json()).toMatchObject({
      result: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    })
    const batch = await post('[{"id":1,"method":"uptime"},{"id":2,"method":"nothing"}]', cookie())
    expect(await batch.json()).toMatchObject([
      { id: 1, error: null },
      { id: 2, error: { code: -32601 } },
    ])
    expect((await post('{"method":"uptime"}', 'anna:wrong')).status).toBe(401)
  })

  test('raistone rpc speaks like bitcoin-cli', async () => {
    const words = [`--datadir=${node.datadir}`, '--chain=regtest']
    const rpc = (...args: string[]): ReturnType<typeof runRaistone> => runRaistone(['rpc', ...words, ...args])
    expect(await rpc('getblockhash', '0')).toMatchObject({
      code: 0,
      stdout: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206\n',
    })
    expect(await rpc('-named', 'getblockhash', 'height=0')).toMatchObject({ code: 0 })
    expect((await rpc('-getinfo')).stdout).toContain('Chain: regtest')
    expect(await runRaistone(['rpc', ...words, '-stdin', 'getblockhash'], { input: '0\n' })).toMatchObject({ code: 0 })
    const unknown = await rpc('nothing')
    expect(unknown.code).toBe(32601 & 255)
    expect(unknown.stderr).toBe('error code: -32601\nerror message:\nMethod not found\n')
    const away = await runRaistone(['rpc', '--chain=regtest', `--datadir=${tempDir()}`, 'uptime'])
    expect(away.code).toBe(1)
  })
})
