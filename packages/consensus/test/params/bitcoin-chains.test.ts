import { describe, expect, test } from '@jest/globals'
import { type BlockHash, concatBytes, hash256, toHex } from '@raistone/primitives'
import { scriptFlag as f, type ScriptFlagName } from '@raistone/script'
import { bitsToTarget, targetToBits } from '../../src/pow/target.js'
import { scriptFlagsAt } from '../../src/rules/script-flags.js'
import { bitcoinChain, bitcoinChains } from '../support/bitcoin-chains.js'

const SATOSHIS_ROOT = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b'
const NO_BLOCK = 'ff'.repeat(32) as BlockHash

/** What everybody knows of them. */
const published = {
  mainnet: {
    ports: { p2p: 8333, rpc: 8332 },
    magic: 'f9beb4d9',
    address: [0, 5, 128, 'bc', 0x0488b21e, 0x0488ade4, 0],
    genesis: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    root: SATOSHIS_ROOT,
  },
  testnet3: {
    ports: { p2p: 18333, rpc: 18332 },
    magic: '0b110907',
    address: [111, 196, 239, 'tb', 0x043587cf, 0x04358394, 1],
    genesis: '000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943',
    root: SATOSHIS_ROOT,
  },
  testnet4: {
    ports: { p2p: 48333, rpc: 48332 },
    magic: '1c163f28',
    address: [111, 196, 239, 'tb', 0x043587cf, 0x04358394, 1],
    genesis: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
    root: '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
  },
  signet: {
    ports: { p2p: 38333, rpc: 38332 },
    magic: '0a03cf40',
    address: [111, 196, 239, 'tb', 0x043587cf, 0x04358394, 1],
    genesis: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
    root: SATOSHIS_ROOT,
  },
} as const

describe.each(bitcoinChains)('%s', name => {
  const params = bitcoinChain(name)
  const { genesis, magic, pow } = params

  test('is the chain that everybody knows', () => {
    expect({
      ports: params.ports,
      magic,
      address: Object.values(params.address),
      genesis: genesis.hash,
      root: genesis.header.merkleRoot,
    }).toEqual(published[name])
    expect(params).toMatchObject({ name, coinbaseMaturity: 100, discovery: false, assumeValid: undefined })
    expect(params.money).toEqual({ subsidy: 50_00000000n, halvingBlocks: 210_000, maxMoney: 21_000_000_00000000n })
    expect(pow).toMatchObject({ spacingSec: 600, futureLimitSec: 7200 })
  })

  test('is paced by its own kind of retarget', () => {
    const exceptions = {
      testnet3: [true, false],
      testnet4: [true, true],
      mainnet: [false, false],
      signet: [false, false],
    }
    const [allowMinDifficulty, enforceBip94] = exceptions[name]
    expect(pow.retarget).toEqual({ kind: 'bitcoin', intervalBlocks: 2016, allowMinDifficulty, enforceBip94 })
    expect(genesis.header.bits).toBe(targetToBits(pow.limit))
    expect(bitsToTarget(genesis.header.bits)).toBeLessThanOrEqual(pow.limit)
  })
})

test('no two of them are one network', () => {
  expect(new Set(bitcoinChains.map(name => bitcoinChain(name).networkId)).size).toBe(bitcoinChains.length)
})

test('only signet asks for solutions, and its messages start with the hash of its challenge', () => {
  for (const name of bitcoinChains)
    expect([name, bitcoinChain(name).signetChallenge !== undefined]).toEqual([name, name === 'signet'])
  const { signetChallenge = new Uint8Array(), magic } = bitcoinChain('signet')
  expect(toHex(hash256(concatBytes(Uint8Array.of(signetChallenge.length), signetChallenge)).subarray(0, 4))).toBe(magic)
})

describe('script rules', () => {
  const flags = (...names: ScriptFlagName[]) => names.reduce((all, flag) => all | f[flag], 0)
  const untilTaproot = flags('P2SH', 'WITNESS', 'DERSIG', 'CHECKLOCKTIMEVERIFY', 'CHECKSEQUENCEVERIFY', 'NULLDUMMY')

  // Witness programs are judged from BIP-0016 on, and that from the genesis block on, as Core has it since both are buried.
  test.each<[(typeof bitcoinChains)[number], number, number]>([
    ['mainnet', 0, flags('P2SH', 'WITNESS')],
    ['mainnet', 363_724, flags('P2SH', 'WITNESS')],
    ['mainnet', 363_725, flags('P2SH', 'WITNESS', 'DERSIG')],
    ['mainnet', 388_381, flags('P2SH', 'WITNESS', 'DERSIG', 'CHECKLOCKTIMEVERIFY')],
    ['mainnet', 419_327, flags('P2SH', 'WITNESS', 'DERSIG', 'CHECKLOCKTIMEVERIFY')],
    ['mainnet', 419_328, untilTaproot & ~f.NULLDUMMY],
    ['mainnet', 481_824, untilTaproot],
    ['mainnet', 709_631, untilTaproot],
    ['mainnet', 709_632, untilTaproot | f.TAPROOT],
    ['testnet3', 330_775, flags('P2SH', 'WITNESS')],
    ['testnet3', 330_776, flags('P2SH', 'WITNESS', 'DERSIG')],
    ['testnet3', 581_885, flags('P2SH', 'WITNESS', 'DERSIG', 'CHECKLOCKTIMEVERIFY')],
    ['testnet3', 770_112, untilTaproot & ~f.NULLDUMMY],
    ['testnet3', 834_624, untilTaproot],
    ['testnet3', 2_011_968, untilTaproot | f.TAPROOT],
    ['testnet4', 1, untilTaproot | f.TAPROOT],
    ['signet', 1, untilTaproot | f.TAPROOT],
  ])('of %s at height %i', (name, height, expected) => {
    expect(scriptFlagsAt(height, NO_BLOCK, bitcoinChain(name))).toBe(expected)
  })

  test.each<[(typeof bitcoinChains)[number], number, string, number]>([
    ['mainnet', 170_060, '00000000000002dc756eebf4f49723ed8d30cc28a5f108eb94b1ba88ac4f9c22', 0],
    ['mainnet', 692_261, '0000000000000000000f14c35b2d841e986ab5441de8c585d5ffe55ea1e395ad', untilTaproot],
    ['testnet3', 394, '00000000dd30457c001f4095d208cc1296b0eed002427aa599874af7a432b105', 0],
  ])('of %s make an exception of block %i', (name, height, hash, expected) => {
    expect(scriptFlagsAt(height, hash as BlockHash, bitcoinChain(name))).toBe(expected)
  })
})

test("the two coinbases of mainnet that took another's place are known by their blocks", () => {
  expect([...bitcoinChain('mainnet').bip30Exceptions]).toEqual([
    '00000000000a4d0a398161ffc163c503763b1f4360639393e0e4c8e300e0caec',
    '00000000000743f190a18c5577a3c2d2a1f610ae9601ac046a38084ccb7cd721',
  ])
  for (const name of ['testnet3', 'testnet4', 'signet'] as const)
    expect(bitcoinChain(name).bip30Exceptions.size).toBe(0)
})
