import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { decodeTransaction, fromHex, scriptToAddress, virtualSize } from '@raistone/primitives'
import { removeTempDirs, tempDir, testKey } from '@raistone/testkit'
import { configFromWords, type RunningNode, silentLog, startNode } from '../../src/index.js'
import { type Outcome, type Person, run } from './fake-io.js'

const env = { RAISTONE_WALLET_PASSPHRASE: 'correct horse' }
const datadir = tempDir()
let node: RunningNode

beforeAll(async () => {
  const words = ['--chain=regtest', `--datadir=${datadir}`, '--port=0', '--rpcport=0', '--par=1']
  node = await startNode(configFromWords(words), { log: silentLog })
})

afterAll(async () => {
  await node.stop()
  removeTempDirs()
})

const wallet = (words: readonly string[], person: Person = { env }): Promise<Outcome> =>
  run(['wallet', ...words, '--chain=regtest', `--datadir=${datadir}`, `--rpc=${node.rpcUrl}`], person)

const json = async (words: readonly string[]): Promise<unknown> => JSON.parse((await wallet([...words, '--json'])).out)

const rpc = async (...words: readonly string[]): Promise<string> =>
  (await run(['rpc', '--chain=regtest', `--datadir=${datadir}`, `--rpc=${node.rpcUrl}`, ...words])).out

test('a wallet is paid, pays twice in a row, asks first, and tells its history', async () => {
  await wallet(['create'])
  const address = (await wallet(['address'])).out
  const other = scriptToAddress(testKey(5).scripts.p2wpkh, node.params.address) as string
  await node.generate(101, address)
  expect(await json(['balance'])).toEqual({ trusted: 50, untrusted_pending: 0, immature: 5000 })

  const send = ['send', other, '10']
  const unasked = await wallet([...send])
  expect(unasked).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--yes') })
  const refused = await wallet(send, { env, answers: ['n'] })
  expect(refused).toMatchObject({ code: 1, out: '', asked: ['Send? [y/N] '] })
  expect(refused.err).toContain(`10.00000000 ${node.params.ticker}  to ${other}`)

  const first = await wallet(send, { answers: ['y', 'correct horse'] })
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const second = await wallet([...send, '--yes', '--json', '--fee-rate=2.5', '--passphrase-file=-'], {
    input: 'correct horse\n',
  })
  expect([second.code, second.err]).toEqual([0, ''])
  const { txid, fee } = JSON.parse(second.out) as { txid: string; fee: number }
  expect(JSON.parse(await rpc('getrawmempool'))).toEqual(expect.arrayContaining([first.out, txid]))
  const size = virtualSize(decodeTransaction(fromHex(await rpc('getrawtransaction', txid))))
  expect(Math.round(fee * 1e8)).toBe(Math.ceil(size * 2.5))
  expect(await json(['balance'])).toMatchObject({ trusted: expect.closeTo(30, 4), untrusted_pending: 0 })

  const poor = await wallet(['send', other, '30', '--yes', '--json'])
  expect(poor).toMatchObject({ code: 5, out: '' })
  expect(JSON.parse(poor.err)).toEqual({ error: { code: 5, message: expect.stringContaining('not enough money') } })

  await node.generate(1, other)
  const history = (await json(['history'])) as Record<string, unknown>[]
  expect(history.slice(0, 2)).toMatchObject([
    { txid, category: 'send', amount: -10, fee: -fee, confirmations: 1, blockheight: 102 },
    { txid: first.out, category: 'send', amount: -10, confirmations: 1 },
  ])
  expect((await wallet(['history'])).out.split('\n')).toHaveLength(103)
}, 30_000)
