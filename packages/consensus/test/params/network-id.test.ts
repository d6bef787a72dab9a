import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { builtinChains, loadChain } from '../../src/params/builtin.node.js'
import { parseGenesisFile } from '../../src/params/genesis-file.js'
import type { GenesisFile } from '../../src/params/genesis-schema.js'
import { canonicalJson, rulesId } from '../../src/params/network-id.js'
import { sealGenesis } from '../../src/params/seal-genesis.js'
import {
  fullGenesis,
  type RetargetKind,
  readGenesis,
  retargetKinds,
  withField,
  withoutField,
} from '../support/genesis-files.js'
import { allFields } from '../support/schema-walk.js'

/** Written again for the test: sorted keys, no spaces, numbers as decimal strings. */
function canonical(value: unknown): string {
  if (typeof value === 'number') return `"${value}"`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map(key => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join(',')}}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const rulesOf = ({ proofOfWork, money, coinbaseMaturity, forks, scriptExceptions }: GenesisFile) => ({
  proofOfWork,
  money,
  coinbaseMaturity,
  forks,
  scriptExceptions: scriptExceptions ?? {},
})

/** For each consensus field another value; `retarget` is here by its parts and its kind. */
const otherRules: Readonly<Record<string, unknown>> = {
  'proofOfWork.limit': 'ff'.repeat(32),
  'proofOfWork.spacingSec': 599,
  'proofOfWork.futureLimitSec': 7201,
  'proofOfWork.retarget.halfLifeSec': 61,
  'proofOfWork.retarget.maxGapSec': 701,
  'proofOfWork.retarget.anchorHeight': 2,
  'proofOfWork.retarget.intervalBlocks': 2015,
  'proofOfWork.retarget.allowMinDifficulty': true,
  'proofOfWork.retarget.enforceBip94': true,
  'money.subsidy': 4_999_999_999,
  'money.halvingBlocks': 151,
  'money.maxMoney': 2_100_000_000_000_001,
  coinbaseMaturity: 101,
  'forks.bip16': 1,
  'forks.bip34': 2,
  'forks.bip65': 2,
  'forks.bip66': 2,
  'forks.csv': 2,
  'forks.segwit': 1,
  'forks.taproot': 1,
  scriptExceptions: { ['0a'.repeat(32)]: 2 },
  bip30Exceptions: ['0f'.repeat(32)],
  signetChallenge: '52',
}

/** What the genesis hash commits to. */
const otherGenesis: Readonly<Record<string, unknown>> = {
  'genesisBlock.version': 2,
  'genesisBlock.time': 1_296_688_603,
  'genesisBlock.bits': '207ffffe',
  'genesisBlock.coinbaseText': 'another text',
  'genesisBlock.outputs.0.value': 4_999_999_999,
  'genesisBlock.outputs.0.script': '6a',
}

/** What two nodes of one network may differ in. */
const otherManners: Readonly<Record<string, unknown>> = {
  $schema: './elsewhere.json',
  name: 'another',
  title: 'Another title',
  ticker: 'OTHER',
  'ports.p2p': 1,
  'ports.rpc': 2,
  magic: '00000000',
  'address.pubkeyHash': 0,
  'address.scriptHash': 5,
  'address.privateKey': 128,
  'address.hrp': 'other',
  'address.extendedPublic': '0488b21e',
  'address.extendedPrivate': '0488ade4',
  'address.coinType': 0,
  discovery: true,
  mineOnDemand: false,
  bootstrap: [],
  minimumChainWork: '01'.repeat(32),
  assumeValid: null,
  snapshots: [],
}

const idOf = (file: GenesisFile): string => parseGenesisFile(file).networkId

const has = (kind: RetargetKind, path: string): boolean => allFields(kind).some(field => field.path === path)

describe('the network id', () => {
  test.each(builtinChains)('of %s is the start of the SHA-256 of its consensus fields and genesis hash', name => {
    const file = readGenesis(name)
    const { networkHash, networkId, genesis } = loadChain(name)
    expect(networkHash).toBe(sha256(canonical({ ...rulesOf(file), genesis: genesis.hash })))
    expect(networkId).toBe(networkHash.slice(0, 16))
  })

  test.each(retargetKinds)('changes with every consensus field (%s)', kind => {
    const file = fullGenesis(kind)
    const ids = new Set([idOf(file)])
    let expected = 1
    for (const [path, value] of Object.entries({ ...otherRules, ...otherGenesis })) {
      if (!has(kind, path)) continue
      const changed = withField(file, path, value)
      ids.add(idOf(path in otherGenesis ? sealGenesis(changed) : changed))
      expected++
    }
    expect(ids.size).toBe(expected)
  })

  test('changes with the kind of retarget', () => {
    const ids = retargetKinds.map(kind => idOf(fullGenesis(kind)))
    expect(new Set(ids).size).toBe(retargetKinds.length)
  })

  test.each(retargetKinds)('stays the same whatever else changes (%s)', kind => {
    const file = fullGenesis(kind)
    for (const [path, value] of Object.entries(otherManners))
      expect([path, idOf(withField(file, path, value))]).toEqual([path, idOf(file)])
  })

  test('knows of each field of the schema whether it counts', () => {
    const known = { ...otherRules, ...otherGenesis, ...otherManners }
    // Found by solving the block, part of the hash.
    const derived = ['genesisBlock.nonce', 'genesisBlock.hash', 'proofOfWork.retarget.kind']
    const leaves = retargetKinds
      .flatMap(allFields)
      .filter(({ schema, path }) => !schema.properties && !schema.items && !path.startsWith('snapshots.'))
      .map(({ path }) => path)
      .filter(path => !derived.includes(path) && !['bootstrap.0', 'bip30Exceptions.0'].includes(path))
    expect(leaves.filter(path => !(path in known))).toEqual([])
  })

  test('of the chains that come with Raistone stays what it was', () => {
    const ids = { devnet: 'd0f7020fbdaa6e19', regtest: '3e9e69ba75b9ee57', raistone: 'e71a4146e5888bfb' }
    for (const name of builtinChains) expect([name, loadChain(name).networkId]).toEqual([name, ids[name]])
  })

  test('has a later field in it only where it is used', () => {
    const file = withoutField(withoutField(fullGenesis('none'), 'signetChallenge'), 'bip30Exceptions')
    const [one, two] = ['0a', '0b'].map(byte => byte.repeat(32))
    const excepting = (...hashes: unknown[]): string => idOf(withField(file, 'bip30Exceptions', hashes))
    expect(parseGenesisFile(file).networkHash).toBe(
      sha256(canonical({ ...rulesOf(file), genesis: file.genesisBlock.hash })),
    )
    expect(excepting()).toBe(idOf(file))
    expect(excepting(two, one, two)).toBe(excepting(one, two))
    expect(excepting(one)).not.toBe(excepting(two))
  })

  test('does not see how the file is written', () => {
    const file = readGenesis('regtest')
    const turned = Object.fromEntries(Object.entries(file).reverse()) as unknown as GenesisFile
    expect(idOf(turned)).toBe(idOf(file))
    expect(idOf(withoutField(file, 'scriptExceptions'))).toBe(idOf(file))
  })
})

describe('canonical JSON', () => {
  test('sorts keys, drops spaces, and writes integers as decimal strings', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x', -5], c: { é: 2 ** 53 - 1, A: '' } })).toBe(
      '{"a":[true,null,"x","-5"],"b":"1","c":{"A":"","é":"9007199254740991"}}',
    )
  })
})

describe('a genesis block', () => {
  const owns = ['devnet', 'raistone'] as const

  test.each(owns)('of %s commits to the rules in its text', name => {
    const file = readGenesis(name)
    const id = sha256(canonical(rulesOf(file))).slice(0, 16)
    expect(rulesId(file)).toBe(id)
    expect(file.genesisBlock.coinbaseText).toMatch(new RegExp(` \\[${id}\\]$`))
  })

  test('is sealed again to itself, and to another one when a rule changes', () => {
    const file = readGenesis('raistone')
    expect(sealGenesis(file)).toEqual(file)
    const other = sealGenesis(withField(fullGenesis('asert'), 'coinbaseMaturity', 99))
    expect(other.genesisBlock.coinbaseText).not.toBe(fullGenesis('asert').genesisBlock.coinbaseText)
    expect(other.genesisBlock.hash).not.toBe(fullGenesis('asert').genesisBlock.hash)
    expect(() => parseGenesisFile(other)).not.toThrow()
  })

  test('is not sealed, nor searched for, where the rest of the file is wrong', () => {
    const file = readGenesis('regtest')
    const sealed = (path: string, value: unknown) => () => sealGenesis(withField(file, path, value))
    expect(sealed('genesisBlock.bits', '00000000')).toThrow('genesisBlock.bits: is no target')
    expect(sealed('genesisBlock.coinbaseText', 'x'.repeat(91))).toThrow(
      'genesisBlock.coinbaseText: the coinbase breaks',
    )
    expect(sealed('surplus', 1)).toThrow('surplus: is not a known field')
    expect(() => parseGenesisFile(sealGenesis(withField(file, 'genesisBlock.hash', '00'.repeat(32))))).not.toThrow()
  })
})
