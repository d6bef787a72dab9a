import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { fromHex, toHex } from '@raistone/primitives'
import {
  Dispatcher,
  findMethod,
  type JsonValue,
  type MethodName,
  methodTable,
  parseJson,
  RpcError,
  writeJson,
} from '@raistone/rpc'
import { removeTempDirs } from '@raistone/testkit'
import { createHandlers } from '../../src/rpc/handlers.js'
import { misfit } from './conforms.js'
import {
  child,
  fakeContext,
  fakeFilters,
  fakeTransactions,
  headerOnly,
  invalidBlock,
  type Lag,
  waiting,
} from './fake-context.js'
import { blockAfter, blocks, firstCoinbase, firstSpend, payTo, spend } from './fake-ledger.js'

const address = 'bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c'
const [genesis, one, two] = blocks as [(typeof blocks)[number], (typeof blocks)[number], (typeof blocks)[number]]
afterAll(removeTempDirs)

const next = blockAfter(two)
const fresh = spend(child, 4_999_970_000n)

const call = async (
  name: string,
  params: string,
  change: (made: ReturnType<typeof fakeContext>) => void = () => {},
) => {
  const made = fakeContext()
  change(made)
  const dispatcher = new Dispatcher(createHandlers(made.context))
  const result = await dispatcher.call(name, parseJson(params), { user: 'u' })
  return { result, plain: JSON.parse(writeJson(result)) as never, asked: made.asked }
}

/** A file that is there. */
const someFile = fileURLToPath(import.meta.url)
const emptied = ({ context }: ReturnType<typeof fakeContext>) =>
  Object.assign(context, { mempool: { ...context.mempool, size: 0 } })

const good: readonly (readonly [MethodName, string])[] = [
  ['getbestblockhash', '[]'],
  ['getblock', `["${two.hash}"]`],
  ['getblock', `["${two.hash}", 0]`],
  ['getblock', `["${two.hash}", 2]`],
  ['getblock', `["${two.hash}", 3]`],
  ['getblock', `["${genesis.hash}", 2]`],
  ['getblockchaininfo', '[]'],
  ['getblockcount', '[]'],
  ['getblockfilter', `["${two.hash}"]`],
  ['getblockhash', '[1]'],
  ['getblockheader', `["${one.hash}"]`],
  ['getblockheader', `["${headerOnly.hash}", true]`],
  ['getblockheader', `["${one.hash}", false]`],
  ['getchaintips', '[]'],
  ['invalidateblock', `["${one.hash}"]`],
  ['preciousblock', `["${one.hash}"]`],
  ['reconsiderblock', `["${invalidBlock.hash}"]`],
  ['gettxout', `["${child.txid}", 0]`],
  ['gettxout', `["${firstSpend.txid}", 0, false]`],
  ['gettxoutsetinfo', '[]'],
  ['gettxoutsetinfo', '["none"]'],
  ['gettxoutsetinfo', '["muhash"]'],
  ['pruneblockchain', '[1]'],
  ['dumptxoutset', '["utxo.dat"]'],
  ['loadtxoutset', `["${someFile}"]`],
  ['getchainstates', '[]'],
  ['pruneblockchain', '[1296688700]'],
  ['verifychain', '[]'],
  ['verifychain', '[4, 0]'],
  ['help', '[]'],
  ['stop', '[]'],
  ['uptime', '[]'],
  ['getindexinfo', '[]'],
  ['getindexinfo', '["txindex"]'],
  ['getmempoolinfo', '[]'],
  ['getrawmempool', '[]'],
  ['getrawmempool', '[true]'],
  ['getrawmempool', '[false, true]'],
  ['generatetoaddress', `[2, "${address}"]`],
  ['getmininginfo', '[]'],
  ['submitblock', `["${toHex(next.raw)}"]`],
  ['addnode', '["10.0.0.2:5", "add"]'],
  ['disconnectnode', '["8.8.8.8:18444"]'],
  ['getconnectioncount', '[]'],
  ['getnetworkinfo', '[]'],
  ['getpeerinfo', '[]'],
  ['setnetworkactive', '[false]'],
  ['decoderawtransaction', `["${toHex(firstSpend.raw)}"]`],
  ['decoderawtransaction', `["${toHex(firstCoinbase.raw)}"]`],
  ['getrawtransaction', `["${waiting.txid}"]`],
  ['getrawtransaction', `["${waiting.txid}", true]`],
  ['getrawtransaction', `["${firstSpend.txid}", 2, "${two.hash}"]`],
  ['sendrawtransaction', `["${toHex(fresh.raw)}"]`],
  ['testmempoolaccept', `[["${toHex(fresh.raw)}"]]`],
  ['validateaddress', `["${address}"]`],
  ['validateaddress', '["x"]'],
]

describe('every method answers in the shape the table says', () => {
  test.each(good)('%s %s', async (name, params) => {
    const { result } = await call(name, params, name === 'loadtxoutset' ? emptied : undefined)
    const shapes = findMethod(name)?.result.map(({ shape }) => shape) ?? []
    expect(misfit(result as JsonValue, shapes)).toBeUndefined()
  })

  test('none is left out', () => {
    const tried = new Set(good.map(([name]) => name))
    expect(methodTable.map(({ name }) => name).filter(name => !tried.has(name))).toEqual([])
  })
})

const refused: readonly (readonly [MethodName, string, number, string])[] = [
  ['getblock', '["00"]', -8, "blockhash must be of length 64 (not 2, for '00')"],
  ['getblock', `["${'g'.repeat(64)}"]`, -8, `blockhash must be hexadecimal string (not '${'g'.repeat(64)}')`],
  ['getblock', `["${'0'.repeat(64)}"]`, -5, 'Block not found'],
  ['getblock', `["${headerOnly.hash}"]`, -1, 'Block not available (not fully downloaded)'],
  ['getblockfilter', '["00"]', -8, "blockhash must be of length 64 (not 2, for '00')"],
  ['getblockfilter', `["${'0'.repeat(64)}"]`, -5, 'Block not found'],
  ['getblockfilter', `["${'0'.repeat(64)}", "extended"]`, -5, 'Unknown filtertype'],
  ['getblockfilter', `["${headerOnly.hash}"]`, -5, 'Filter not found. Block was not connected to active chain.'],
  ['getblockheader', '["00"]', -8, "hash must be of length 64 (not 2, for '00')"],
  ['invalidateblock', '["00"]', -8, "blockhash must be of length 64 (not 2, for '00')"],
  ['invalidateblock', `["${'0'.repeat(64)}"]`, -5, 'Block not found'],
  ['invalidateblock', `["${genesis.hash}"]`, -8, 'The genesis block cannot be invalidated'],
  ['preciousblock', `["${'0'.repeat(64)}"]`, -5, 'Block not found'],
  ['reconsiderblock', `["${'0'.repeat(64)}"]`, -5, 'Block not found'],
  ['getblockhash', '[3]', -8, 'Block height out of range'],
  ['getblockhash', '[-1]', -8, 'Block height out of range'],
  ['gettxout', '["00", 0]', -8, "txid must be of length 64 (not 2, for '00')"],
  ['gettxoutsetinfo', '["md5"]', -8, "'md5' is not a valid hash_type"],
  ['gettxoutsetinfo', '["md5", 1]', -8, "'md5' is not a valid hash_type"],
  ['gettxoutsetinfo', '["none", 1]', -8, 'Querying specific block heights requires coinstatsindex'],
  ['dumptxoutset', '["utxo.dat", "rollback"]', -8, 'Outputs of an older block cannot be dumped: the type is "latest".'],
  ['dumptxoutset', '["utxo.dat", "all"]', -8, 'Invalid snapshot type "all" specified. Please specify "latest".'],
  [
    'dumptxoutset',
    `["${someFile}"]`,
    -8,
    `${someFile} already exists. If you are sure this is what you want, move it out of the way first.`,
  ],
  ['dumptxoutset', '["/nowhere/at/all"]', -8, "Couldn't open file /nowhere/at/all.incomplete for writing."],
  ['loadtxoutset', '["/nowhere/at/all"]', -8, "Couldn't open file /nowhere/at/all for reading."],
  ['loadtxoutset', `["${someFile}", "00"]`, -8, "hash must be of 64 hexadecimal digits (not '00')"],
  [
    'loadtxoutset',
    `["${someFile}"]`,
    -32603,
    `Unable to load UTXO snapshot: Can't activate a snapshot when mempool not empty. (${someFile})`,
  ],
  ['pruneblockchain', '[-1]', -8, 'Negative block height.'],
  ['pruneblockchain', '[3]', -8, 'Blockchain is shorter than the attempted prune height.'],
  ['pruneblockchain', '[1999999999]', -8, 'Could not find block with at least the specified timestamp.'],
  ['getrawmempool', '[true, true]', -8, 'Verbose results cannot contain mempool sequence values.'],
  ['generatetoaddress', '[1, "x"]', -5, 'Error: Invalid address'],
  ['submitblock', '["00"]', -22, 'Block decode failed'],
  ['submitblock', '["xy"]', -22, 'Block decode failed'],
  ['submitblock', `["${toHex(next.raw.subarray(0, 80))}00"]`, -22, 'Block does not start with a coinbase'],
  ['addnode', '["10.0.0.1", "add"]', -23, 'Error: Node already added'],
  ['addnode', '["a:b:c", "add"]', -8, 'Error: a:b:c is not HOST:PORT or a multiaddr'],
  ['addnode', '["10.0.0.9", "remove"]', -24, 'Error: Node could not be removed. It has not been added previously.'],
  ['disconnectnode', '["1.1.1.1:1"]', -29, 'Node not found in connected nodes'],
  ['disconnectnode', '["", 9]', -29, 'Node not found in connected nodes'],
  ['disconnectnode', '["8.8.8.8:18444", 3]', -32602, 'Only one of address and nodeid should be provided.'],
  ['disconnectnode', '[]', -32602, 'Only one of address and nodeid should be provided.'],
  ['getrawtransaction', '["00"]', -8, "parameter 1 must be of length 64 (not 2, for '00')"],
  [
    'getrawtransaction',
    `["${firstSpend.txid}"]`,
    -5,
    'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain transaction queries. Use gettransaction for wallet transactions.',
  ],
  [
    'getrawtransaction',
    `["${firstSpend.txid}", 1, "${one.hash}"]`,
    -5,
    'No such transaction found in the provided block. Use gettransaction for wallet transactions.',
  ],
  ['getrawtransaction', `["${firstSpend.txid}", 1, "${'0'.repeat(64)}"]`, -5, 'Block hash not found'],
  [
    'getrawtransaction',
    `["${genesis.transactions[0]?.txid}"]`,
    -5,
    'The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved',
  ],
  [
    'getrawtransaction',
    `["${genesis.transactions[0]?.txid}", 1, "${genesis.hash}"]`,
    -5,
    'The genesis block coinbase is not considered an ordinary transaction and cannot be retrieved',
  ],
  ['decoderawtransaction', '["00"]', -22, 'TX decode failed'],
  ['sendrawtransaction', '["xx"]', -22, 'TX decode failed. Make sure the tx has at least one input.'],
  [
    'sendrawtransaction',
    `["${toHex(fresh.raw)}", 1]`,
    -8,
    'Fee rates larger than or equal to 1BTC/kvB are not accepted',
  ],
  [
    'sendrawtransaction',
    `["${toHex(fresh.raw)}", 0.00000001]`,
    -25,
    'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)',
  ],
  ['sendrawtransaction', `["${toHex(firstSpend.raw)}"]`, -27, 'Transaction outputs already in utxo set'],
  ['testmempoolaccept', '[[]]', -8, 'Array must contain between 1 and 25 transactions.'],
  ['testmempoolaccept', '[["00"]]', -22, 'TX decode failed: 00 Make sure the tx has at least one input.'],
  ['testmempoolaccept', '[[1]]', -3, 'JSON value of type number is not of expected type string'],
]

test.each(refused)('%s %s is error %i', async (name, params, code, message) => {
  await expect(call(name, params)).rejects.toEqual(new RpcError(code, message))
  await expect(call(name, params)).rejects.toMatchObject({ code })
})

describe('snapshots', () => {
  test('a dump has its name when it is whole, in the directory of the chain', async () => {
    let directory = ''
    const { plain } = await call('dumptxoutset', '["utxo.dat", "latest"]', ({ context }) => {
      directory = context.directory
    })
    expect(plain).toEqual({
      coins_written: 2,
      base_hash: two.hash,
      base_height: 2,
      path: join(directory, 'utxo.dat'),
      txoutset_hash: 'ab'.repeat(32),
      nchaintx: 4,
    })
    expect(readdirSync(directory)).toEqual(['utxo.dat'])
    expect([...readFileSync(join(directory, 'utxo.dat'))]).toEqual([1, 2, 3])
  })

  test('a dump that fails leaves nothing', async () => {
    let directory = ''
    const failing = call('dumptxoutset', '["utxo.dat"]', ({ context }) => {
      directory = context.directory
      Object.assign(context.chain, { dump: () => Promise.reject(new Error('no coins')) })
    })
    await expect(failing).rejects.toThrow('no coins')
    expect(readdirSync(directory)).toEqual([])
  })

  test('a file is loaded for the hash that is given, or refused with the reason', async () => {
    const trusted = 'AB'.repeat(32)
    const { asked } = await call('loadtxoutset', `["${someFile}", "${trusted}"]`, emptied)
    expect(asked.log.at(-1)).toBe(`trusted ${trusted.toLowerCase()}`)
    const refused = call('loadtxoutset', `["${someFile}", "${'00'.repeat(32)}"]`, emptied)
    const text = `Unable to load UTXO snapshot: Work does not exceed active chainstate. (${someFile})`
    await expect(refused).rejects.toEqual(new RpcError(-32603, text))
  })

  test('the chainstates are told, with the snapshot of the last', async () => {
    const { plain } = await call('getchainstates', '[]')
    expect(plain).toMatchObject({
      headers: 2,
      chainstates: [
        { blocks: 1, bestblockhash: one.hash, validated: true, coins_tip_cache_bytes: 100 },
        { blocks: 2, snapshot_blockhash: two.hash, validated: false, coins_tip_cache_bytes: 100 },
      ],
    })
  })

  test('a block that a snapshot stands for is not left', async () => {
    const refused = call('invalidateblock', `["${one.hash}"]`, ({ context }) => {
      Object.assign(context.chain, { invalidate: () => Promise.reject(new RangeError('not yet')) })
    })
    await expect(refused).rejects.toEqual(new RpcError(-1, 'not yet'))
  })
})

describe('figures', () => {
  test('getblockheader', async () => {
    const { plain } = await call('getblockheader', `["${genesis.hash}"]`)
    expect(plain).toEqual({
      hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
      confirmations: 3,
      height: 0,
      version: 1,
      versionHex: '00000001',
      merkleroot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
      time: 1296688602,
      mediantime: 1296688602,
      nonce: 2,
      bits: '207fffff',
      target: '7fffff0000000000000000000000000000000000000000000000000000000000',
      difficulty: 4.656542373906925e-10,
      chainwork: '0000000000000000000000000000000000000000000000000000000000000002',
      nTx: 1,
      nextblockhash: one.hash,
    })
  })

  test('getblockchaininfo', async () => {
    expect((await call('getblockchaininfo', '[]')).plain).toMatchObject({
      blocks: 2,
      headers: 2,
      verificationprogress: 0.5,
      initialblockdownload: false,
      size_on_disk: 4321,
    })
  })

  test('difficulty is printed with sixteen digits', async () => {
    expect(writeJson((await call('getblockchaininfo', '[]')).result)).toContain('"difficulty":4.656542373906925e-10,')
  })

  test('a spent output or one the mempool spends is null', async () => {
    expect((await call('gettxout', `["${firstSpend.txid}", 0]`)).plain).toBeNull()
    expect((await call('gettxout', `["${firstSpend.txid}", 1, false]`)).plain).toBeNull()
    expect((await call('gettxout', `["${child.txid}", 0]`)).plain).toMatchObject({ confirmations: 0, value: 49.9998 })
    const confirmed = await call('gettxout', `["${firstSpend.txid}", 0, false]`)
    expect(confirmed.plain).toMatchObject({ confirmations: 1, value: 49.99999, coinbase: false })
  })

  test('getblock 2 has fees, 3 the spent outputs too', async () => {
    const second = (await call('getblock', `["${two.hash}", 2]`)).plain as { tx: { fee: number; vin: object[] }[] }
    expect(second.tx.map(tx => tx.fee)).toEqual([undefined, 0.00001])
    expect(second.tx[1]?.vin[0]).not.toHaveProperty('prevout')
    const third = (await call('getblock', `["${two.hash}", 3]`)).plain as typeof second
    expect(third.tx[1]?.vin[0]).toMatchObject({ prevout: { generated: true, height: 1, value: 50 } })
  })

  test('an entry of the mempool counts its family', async () => {
    const { plain } = await call('getrawmempool', '[true]')
    expect(plain[child.txid]).toMatchObject({
      ancestorcount: 2,
      ancestorsize: 200,
      descendantcount: 1,
      fees: { base: 0.0001, ancestor: 0.00019, descendant: 0.0001 },
      depends: [waiting.txid],
      spentby: [],
      'bip125-replaceable': true,
    })
  })

  test('uptime, next block, hash rate', async () => {
    expect((await call('uptime', '[]')).plain).toBe(100)
    expect((await call('getmininginfo', '[]')).plain).toMatchObject({ networkhashps: 2, next: { height: 3 } })
  })

  test('a signet tells its challenge, other chains have none', async () => {
    const signet = (made: ReturnType<typeof fakeContext>) =>
      Object.assign(made.context, { params: { ...made.context.params, signetChallenge: Uint8Array.of(0x51) } })
    for (const name of ['getblockchaininfo', 'getmininginfo']) {
      expect((await call(name, '[]', signet)).plain).toMatchObject({ signet_challenge: '51' })
      expect((await call(name, '[]')).plain).not.toHaveProperty('signet_challenge')
    }
  })

  test('addresses', async () => {
    expect((await call('validateaddress', `["${address}"]`)).plain).toEqual({
      isvalid: true,
      address,
      scriptPubKey: toHex(payTo),
      isscript: false,
      iswitness: true,
      witness_version: 0,
      witness_program: '11'.repeat(20),
    })
    expect((await call('validateaddress', '["1BitcoinEaterAddressDontSendf59kuE"]')).plain).toMatchObject({
      isvalid: false,
    })
    expect((await call('validateaddress', `["${address.slice(0, -1)}q"]`)).plain).toMatchObject({
      isvalid: false,
      error_locations: [address.length - 1],
    })
    expect((await call('validateaddress', '["bcrt1pfeesnyr2tx"]')).plain).toEqual({
      isvalid: true,
      address: 'bcrt1pfeesnyr2tx',
      scriptPubKey: '51024e73',
      isscript: true,
      iswitness: true,
    })
  })

  test('a key that no descriptor can hold is shown raw', async () => {
    const described = async (key: string): Promise<string> => {
      const script = fromHex(`41${key}ac`)
      const { plain } = await call('decoderawtransaction', `["${toHex(spend(child, 1n, script).raw)}"]`)
      return (plain as { vout: { scriptPubKey: { desc: string } }[] }).vout[0]?.scriptPubKey.desc ?? ''
    }
    const point = `79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798${'48'.repeat(32)}`
    expect(await described(`04${point}`)).toContain(`pk(04${point})#`)
    expect(await described(`06${point}`)).toContain(`raw(4106${point}ac)#`)
  })
})

describe('indexes', () => {
  const synced: Lag = { synced: true, height: 2 }
  const behind: Lag = { synced: false, height: 1 }
  const having = (indexes: object) => (made: ReturnType<typeof fakeContext>) => Object.assign(made.context, { indexes })
  const both = (lag: Lag) => having({ filters: fakeFilters(lag), transactions: fakeTransactions(lag) })
  const ofWallet = '. Use gettransaction for wallet transactions.'

  test('getindexinfo has those that there are, or the one named', async () => {
    expect((await call('getindexinfo', '[]', having({}))).plain).toEqual({})
    expect((await call('getindexinfo', '[]', both(behind))).plain).toEqual({
      txindex: { synced: false, best_block_height: 1 },
      'basic block filter index': { synced: false, best_block_height: 1 },
    })
    expect((await call('getindexinfo', '["txindex"]', both(synced))).plain).toEqual({
      txindex: { synced: true, best_block_height: 2 },
    })
    const empty = both({ synced: false, height: -1 })
    expect((await call('getindexinfo', '["txindex"]', empty)).plain).toMatchObject({
      txindex: { best_block_height: 0 },
    })
    expect((await call('getindexinfo', '["coinstatsindex"]', both(synced))).plain).toEqual({})
  })

  test('getblockfilter needs one, which may be behind or have lost something', async () => {
    expect((await call('getblockfilter', `["${two.hash}"]`)).plain).toEqual({ filter: '02', header: '02'.repeat(32) })
    await expect(call('getblockfilter', `["${two.hash}"]`, having({}))).rejects.toEqual(
      new RpcError(-1, 'Index is not enabled for filtertype basic'),
    )
    expect((await call('getblockfilter', `["${one.hash}"]`, both(behind))).plain).toMatchObject({ filter: '01' })
    await expect(call('getblockfilter', `["${two.hash}"]`, both(behind))).rejects.toEqual(
      new RpcError(-1, 'Filter not found. Block filters are still in the process of being indexed.'),
    )
    await expect(call('getblockfilter', `["${two.hash}"]`, both({ synced: true, height: 1 }))).rejects.toEqual(
      new RpcError(-32603, 'Filter not found. This error is unexpected and indicates index corruption.'),
    )
  })

  test('getrawtransaction finds what is in any block, with what it spent', async () => {
    expect((await call('getrawtransaction', `["${firstCoinbase.txid}"]`, both(synced))).plain).toBe(
      toHex(firstCoinbase.raw),
    )
    const { plain } = await call('getrawtransaction', `["${firstSpend.txid}", 2]`, both(synced))
    expect(plain).toMatchObject({ txid: firstSpend.txid, blockhash: two.hash, confirmations: 1, fee: 0.00001 })
    expect(plain).not.toHaveProperty('in_active_chain')
    expect(plain).toMatchObject({ vin: [{ prevout: { height: 1, value: 50 } }] })
    expect((await call('getrawtransaction', `["${waiting.txid}", 1]`, both(synced))).plain).not.toHaveProperty(
      'blockhash',
    )
  })

  test('getrawtransaction tells an index that is behind from a transaction that is not there', async () => {
    const { txid } = fresh
    await expect(call('getrawtransaction', `["${txid}"]`, both(synced))).rejects.toEqual(
      new RpcError(-5, `No such mempool or blockchain transaction${ofWallet}`),
    )
    await expect(call('getrawtransaction', `["${firstSpend.txid}"]`, both(behind))).rejects.toEqual(
      new RpcError(
        -5,
        `No such mempool transaction. Blockchain transactions are still in the process of being indexed${ofWallet}`,
      ),
    )
    await expect(call('getrawtransaction', `["${genesis.transactions[0]?.txid}"]`, both(synced))).rejects.toMatchObject(
      { code: -5, message: expect.stringContaining('not considered an ordinary transaction') },
    )
  })
})

describe('what the node is asked to do', () => {
  test('generatetoaddress mines to the address', async () => {
    expect((await call('generatetoaddress', `[2, "${address}"]`)).asked.log).toEqual(['generate 2 22 1000000'])
    expect((await call('generatetoaddress', `[0, "${address}"]`)).asked.log).toEqual([])
  })

  test.each([
    ['connected', null],
    ['stored', 'inconclusive'],
    ['duplicate', 'duplicate'],
  ] as const)('submitblock: %s is %j', async (state, word) => {
    const { plain } = await call('submitblock', `["${toHex(next.raw)}"]`, ({ asked }) => {
      asked.submit = { state }
    })
    expect(plain).toBe(word)
  })

  test('submitblock says why not', async () => {
    const { plain } = await call('submitblock', `["${toHex(next.raw)}"]`, ({ asked }) => {
      asked.submit = { reject: { rule: 'bad-cb-amount', cause: 'consensus', detail: 'x' } }
    })
    expect(plain).toBe('bad-cb-amount')
    expect((await call('submitblock', `["${toHex(invalidBlock.raw)}"]`)).plain).toBe('duplicate-invalid')
  })

  test.each([
    [{ rule: 'bad-txns-inputs-missingorspent', cause: 'missing' }, -25, 'bad-txns-inputs-missingorspent'],
    [{ rule: 'txn-mempool-conflict', cause: 'policy' }, -26, 'txn-mempool-conflict'],
    [{ rule: 'min relay fee not met', cause: 'policy', detail: '0 < 10' }, -26, 'min relay fee not met, 0 < 10'],
  ] as const)('sendrawtransaction: %j is %i', async (reject, code, message) => {
    const sending = call('sendrawtransaction', `["${toHex(fresh.raw)}"]`, ({ asked }) => {
      asked.accept = { reject }
    })
    await expect(sending).rejects.toEqual(new RpcError(code, message))
    await expect(sending).rejects.toMatchObject({ code })
  })

  test.each([
    ['[]', 'verify 6 blocks at level 3'],
    ['[4, 100]', 'verify 100 blocks at level 4'],
    ['[9, -1]', 'verify 0 blocks at level 4'],
    ['[-1]', 'verify 6 blocks at level 0'],
  ])('verifychain %s', async (params, wanted) => {
    expect((await call('verifychain', params)).asked.log).toEqual([wanted])
  })

  test.each([
    [{ fault: undefined, skipped: undefined }, true],
    [{ fault: undefined, skipped: 'pruned' }, false],
    [{ fault: { entry: headerOnly, level: 3, what: 'a coin is gone', damaged: false }, skipped: undefined }, false],
  ] as const)('verifychain: %j is %j', async (found, answer) => {
    const { plain } = await call('verifychain', '[]', ({ asked }) => {
      asked.verified = { blocks: 2, ...found }
    })
    expect(plain).toBe(answer)
  })

  test('a transaction that waits already is fine, one that burns too much is not', async () => {
    expect((await call('sendrawtransaction', `["${toHex(waiting.raw)}"]`)).asked.log).toEqual([])
    const burning = toHex(spend(child, 5n, Uint8Array.of(0x6a)).raw)
    await expect(call('sendrawtransaction', `["${burning}"]`)).rejects.toMatchObject({ code: -25 })
    expect((await call('sendrawtransaction', `["${burning}", 0, 0.00000005]`)).asked.log).toHaveLength(1)
    const impossible = toHex(spend(child, 5n, Uint8Array.of(0x51, 0xba)).raw)
    await expect(call('sendrawtransaction', `["${impossible}"]`)).rejects.toMatchObject({ code: -25 })
    const lastOpcode = toHex(spend(child, 5n, Uint8Array.of(0x51, 0xb9)).raw)
    expect((await call('sendrawtransaction', `["${lastOpcode}", 0]`)).asked.log).toHaveLength(1)
  })

  test('testmempoolaccept gives the reason', async () => {
    const tested = async (reject: object) =>
      (
        await call('testmempoolaccept', `[["${toHex(fresh.raw)}"]]`, ({ asked }) => {
          asked.accept = { reject: reject as never }
        })
      ).plain[0]
    const ids = { txid: fresh.txid, wtxid: fresh.wtxid, allowed: false }
    expect(await tested({ rule: 'dust', cause: 'policy' })).toEqual({
      ...ids,
      'reject-reason': 'dust',
      'reject-details': 'dust',
    })
    expect(await tested({ rule: 'x', cause: 'missing' })).toEqual({ ...ids, 'reject-reason': 'missing-inputs' })
  })

  test('testmempoolaccept says nothing of what comes after a fee that is too high', async () => {
    const both = `[["${toHex(fresh.raw)}", "${toHex(waiting.raw)}"], 0.00000001]`
    expect((await call('testmempoolaccept', both)).plain).toEqual([
      { txid: fresh.txid, wtxid: fresh.wtxid, allowed: false, 'reject-reason': 'max-fee-exceeded' },
      { txid: waiting.txid, wtxid: waiting.wtxid },
    ])
  })

  test('addnode, setnetworkactive, stop', async () => {
    expect((await call('addnode', '["unreachable", "onetry"]')).asked.log).toEqual(['onetry unreachable'])
    expect((await call('addnode', '["10.0.0.1", "remove"]')).asked.log).toEqual(['remove 10.0.0.1'])
    await expect(call('addnode', '["10.0.0.1", "keep"]')).rejects.toMatchObject({ code: -1 })
    expect((await call('setnetworkactive', '[false]')).plain).toBe(false)
    const stopped = await call('stop', '[]')
    expect([stopped.plain, stopped.asked.log]).toEqual(['Raistone stopping', ['stop']])
  })
})
