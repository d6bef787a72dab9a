import { describe, expect, test } from '@jest/globals'
import { concatBytes, fromHex, toHex } from '@raistone/primitives'
import { builtinChains, loadChain } from '../../src/params/builtin.node.js'
import { parseGenesisFile } from '../../src/params/genesis-file.js'
import type { GenesisFile } from '../../src/params/genesis-schema.js'
import { sealGenesis } from '../../src/params/seal-genesis.js'
import { bitsToTarget } from '../../src/pow/target.js'
import { checkBlockAlone } from '../../src/rules/block/alone.js'
import { checkHeaderAlone } from '../../src/rules/header/alone.js'
import { blockSubsidy } from '../../src/rules/subsidy.js'
import { fullGenesis, readGenesis, withField } from '../support/genesis-files.js'

const regtest = readGenesis('regtest')
const relative = fullGenesis('relative')

describe('fields that are right alone and wrong together', () => {
  test.each<[string, GenesisFile, string, unknown, string]>([
    ['ports', regtest, 'ports.rpc', regtest.ports.p2p, 'ports.rpc: is ports.p2p too'],
    ['versions', regtest, 'address.scriptHash', 111, 'address.scriptHash: is address.pubkeyHash too'],
    ['keys', regtest, 'address.extendedPrivate', '043587cf', 'address.extendedPrivate: is address.extendedPublic too'],
    ['no limit', regtest, 'proofOfWork.limit', '00'.repeat(32), 'proofOfWork.limit: is zero'],
    ['subsidy', regtest, 'money.subsidy', 2_100_000_000_000_001, 'money.subsidy: is above money.maxMoney'],
    ['gap', relative, 'proofOfWork.retarget.maxGapSec', 600, 'proofOfWork.retarget.maxGapSec: is not above'],
    ['no bits', regtest, 'genesisBlock.bits', '20800001', 'genesisBlock.bits: is no target'],
    ['easy bits', regtest, 'genesisBlock.bits', '21008000', 'genesisBlock.bits: is easier than proofOfWork.limit'],
    [
      'long text',
      regtest,
      'genesisBlock.coinbaseText',
      'ä'.repeat(46),
      'genesisBlock.coinbaseText: the coinbase breaks',
    ],
    ['maximum', regtest, 'money.maxMoney', 5_000_000_000 - 1, 'money.subsidy: is above'],
    [
      'paid',
      regtest,
      'genesisBlock.outputs',
      [2_100_000_000_000_000, 1].map(value => ({ value, script: '' })),
      'genesisBlock.outputs: the coinbase breaks a rule: bad-txns-txouttotal-toolarge',
    ],
    [
      'huge',
      regtest,
      'genesisBlock.outputs',
      [{ value: 0, script: '6a'.repeat(1_000_000) }],
      'genesisBlock.outputs: the coinbase breaks a rule: bad-txns-oversize',
    ],
    ['time', regtest, 'genesisBlock.time', 1_296_688_603, 'genesisBlock.hash: is not the block'],
    ['hash', regtest, 'genesisBlock.hash', '0f'.repeat(32), 'genesisBlock.hash: is not the block'],
  ])('%s', (_name, file, path, value, problem) => {
    expect(() => parseGenesisFile(file)).not.toThrow()
    expect(() => parseGenesisFile(withField(file, path, value))).toThrow(problem)
  })

  test('a nonce that does not solve the block', () => {
    // The hash is right and the target far away.
    const hard = withField(regtest, 'genesisBlock.bits', '1d00ffff')
    const problem = (file: GenesisFile): string => {
      try {
        parseGenesisFile(file)
        return ''
      } catch (error) {
        return (error as Error).message
      }
    }
    const hash = /which is ([0-9a-f]{64})$/.exec(problem(hard))?.[1]
    expect(problem(withField(hard, 'genesisBlock.hash', hash))).toMatch(
      /^genesisBlock\.nonce: does not solve the block/,
    )
  })

  test('limits themselves are allowed', () => {
    const edges: readonly (readonly [string, unknown])[] = [
      ['money.subsidy', 2_100_000_000_000_000],
      ['money.maxMoney', 2 ** 53 - 1],
      ['genesisBlock.coinbaseText', 'x'.repeat(91 - 19)],
      ['genesisBlock.outputs', [{ value: 2_100_000_000_000_000, script: '' }]],
      ['genesisBlock.time', 2 ** 32 - 1],
      ['genesisBlock.version', -1],
    ]
    for (const [path, value] of edges)
      expect(() => parseGenesisFile(sealGenesis(withField(regtest, path, value)))).not.toThrow()
    expect(() =>
      parseGenesisFile(sealGenesis(withField(relative, 'proofOfWork.retarget.maxGapSec', 601))),
    ).not.toThrow()
  })
})

describe.each(builtinChains)('%s', name => {
  const params = loadChain(name)

  test('has a genesis block that obeys the rules', () => {
    expect(checkHeaderAlone(params.genesis.header, params.genesis.hash, params)).toBeUndefined()
    expect(checkBlockAlone(params.genesis, params)).toBeUndefined()
    expect(bitsToTarget(params.genesis.header.bits)).toBeLessThanOrEqual(params.pow.limit)
  })

  test('makes no more money than its maximum, which a JavaScript number holds', () => {
    let total = 0n
    for (let halving = 0; halving < 64; halving++)
      total += BigInt(params.money.halvingBlocks) * blockSubsidy(halving * params.money.halvingBlocks, params)
    expect(total).toBeLessThanOrEqual(params.money.maxMoney)
    expect(params.money.maxMoney).toBeLessThan(2n ** 53n)
  })
})

test("regtest is Bitcoin's, its genesis block byte by byte", () => {
  const { genesis, pow, ports, money, address, coinbaseMaturity, forks } = loadChain('regtest')
  expect(genesis.hash).toBe('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206')
  expect(genesis.transactions[0]?.txid).toBe('4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b')
  const text = new TextEncoder().encode('The Times 03/Jan/2009 Chancellor on brink of second bailout for banks')
  const script = concatBytes(fromHex('04ffff001d0104'), Uint8Array.of(text.length), text)
  expect(toHex(genesis.transactions[0]?.inputs[0]?.scriptSig ?? new Uint8Array())).toBe(toHex(script))
  expect(genesis.raw).toHaveLength(285)
  expect(pow.limit).toBe(2n ** 255n - 1n)
  expect(pow).toMatchObject({ spacingSec: 600, futureLimitSec: 7200, retarget: { kind: 'none' } })
  expect(ports).toEqual({ p2p: 18444, rpc: 18443 })
  expect(money).toEqual({ subsidy: 5_000_000_000n, halvingBlocks: 150, maxMoney: 2_100_000_000_000_000n })
  expect(address).toMatchObject({ pubkeyHash: 111, scriptHash: 196, privateKey: 239, hrp: 'bcrt' })
  expect(coinbaseMaturity).toBe(100)
  expect(forks).toEqual({ bip16: 0, bip34: 1, bip65: 1, bip66: 1, csv: 1, segwit: 0, taproot: 0 })
})

test('devnet and raistone are paced as they are meant to be', () => {
  expect(loadChain('devnet')).toMatchObject({
    pow: { spacingSec: 5, futureLimitSec: 60, retarget: { kind: 'relative', halfLifeSec: 60, maxGapSec: 60 } },
    address: { hrp: 'rdev' },
    ports: { p2p: 17333, rpc: 17332 },
    coinbaseMaturity: 6,
    discovery: false,
  })
  expect(loadChain('raistone')).toMatchObject({
    pow: { spacingSec: 120, futureLimitSec: 600, retarget: { kind: 'asert', halfLifeSec: 3600, anchorHeight: 1 } },
    address: { hrp: 'rai' },
    ports: { p2p: 7333, rpc: 7332 },
    bootstrap: [],
  })
})

test('a chain that is no file and no name is refused by what is there', () => {
  expect(() => loadChain('nowhere')).toThrow(
    'no chain and no genesis file is called "nowhere"; chains: devnet, regtest',
  )
})
