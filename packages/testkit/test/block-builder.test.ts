import { describe, expect, test } from '@jest/globals'
import {
  committedHash,
  decodeBlock,
  equalBytes,
  isCoinbase,
  merkleRoot,
  toHex,
  witnessCommitment,
} from '@raistone/primitives'
import { BlockBuilder } from '../src/block-builder.js'
import { heightPush, witnessReserved } from '../src/coinbase.js'
import { testKey } from '../src/keys.js'
import { genesisParent, nextParent } from '../src/parent.js'
import { hasWork } from '../src/proof-of-work.js'
import { ownedCoin, spend } from '../src/sign.js'
import { testParams } from './chain.js'

const builder = (): BlockBuilder => new BlockBuilder(testParams)

describe('a built block', () => {
  test('builds on its parent, is later, shows work and decodes to itself', () => {
    const chain = builder()
    const first = chain.mine()
    const second = chain.mine()
    expect(first.header.prev).toBe(testParams.genesis.hash)
    expect(second.header.prev).toBe(first.hash)
    expect(second.header.time).toBeGreaterThan(first.header.time)
    expect(hasWork(second.header)).toBe(true)
    expect(decodeBlock(second.raw)).toEqual(second)
    expect(chain.tip).toMatchObject({ hash: second.hash, height: 2 })
  })

  test('commits to its transactions and their witnesses', () => {
    const chain = builder()
    const first = chain.mine()
    const key = testKey(0)
    const tx = spend([ownedCoin(first.transactions[0]!, 0, key)], [{ value: 1n, script: key.scripts.p2tr }])
    const { header, transactions } = chain.mine({ transactions: [tx], fees: 10n })
    expect(transactions.map(each => each.txid)).toEqual([transactions[0]!.txid, tx.txid])
    expect(header.merkleRoot).toBe(merkleRoot(transactions.map(each => each.txid)).root)
    expect(committedHash(transactions[0]!)).toEqual(witnessCommitment(transactions, witnessReserved))
    expect(transactions[0]!.outputs[0]!.value).toBe(5_000_000_010n)
  })

  test('pays half after a halving', () => {
    const chain = builder()
    const blocks = chain.mineMany(151)
    expect(blocks[148]!.transactions[0]!.outputs[0]!.value).toBe(5_000_000_000n)
    expect(blocks[149]!.transactions[0]!.outputs[0]!.value).toBe(2_500_000_000n)
  })

  test('is the same for the same calls and another for another extra nonce', () => {
    expect(builder().mine().hash).toBe(builder().mine().hash)
    expect(builder().mine({ extraNonce: 1 }).hash).not.toBe(builder().mine().hash)
  })

  test('breaks what it is told to break, and nothing else', () => {
    const chain = builder()
    expect(committedHash(chain.build({ commitment: false }).transactions[0]!)).toBeUndefined()
    expect(hasWork(chain.build({ work: 'fails' }).header)).toBe(false)
    expect(chain.build({ header: { time: 7, nonce: 9 }, work: false }).header).toMatchObject({ time: 7, nonce: 9 })
    const twice = chain.build({ coinbase: body => ({ ...body, inputs: [...body.inputs, ...body.inputs] }) })
    expect(isCoinbase(twice.transactions[0]!)).toBe(false)
    expect(twice.header.merkleRoot).toBe(twice.transactions[0]!.txid)
    expect(chain.tip.height).toBe(0)
  })

  test('forks leave the other branch alone', () => {
    const chain = builder()
    const base = chain.mine()
    const rival = chain.fork()
    const a = chain.mine()
    const b = rival.mine({ extraNonce: 1 })
    expect([a.header.prev, b.header.prev]).toEqual([base.hash, base.hash])
    expect(a.hash).not.toBe(b.hash)
  })
})

test('the median of the past counts the last eleven blocks', () => {
  const times = [0, 50, 10, 60, 20, 70, 30, 80, 40, 90, 100, 5, 15]
  const { header } = testParams.genesis
  let parent = genesisParent({ ...testParams.genesis, header: { ...header, time: times[0]! } })
  for (const time of times.slice(1)) parent = nextParent(parent, { ...testParams.genesis, header: { ...header, time } })
  // 10 60 20 70 30 80 40 90 100 5 15
  expect(parent.medianTimePast).toBe(40)
  expect(parent.height).toBe(12)
})

test.each([
  [0, '00'],
  [1, '51'],
  [16, '60'],
  [17, '0111'],
  [127, '017f'],
  [128, '028000'],
  [255, '02ff00'],
  [256, '020001'],
  [32768, '03008000'],
  [500000, '0320a107'],
])('BIP-0034 pushes height %i as %s', (height, hex) => {
  expect(toHex(heightPush(height))).toBe(hex)
})

test('blocks with different witnesses commit to different hashes', () => {
  const chain = builder()
  const key = testKey(3)
  const base = chain.mine({ payTo: key.scripts.p2wpkh })
  const coin = ownedCoin(base.transactions[0]!, 0, key)
  const outputs = [{ value: 1n, script: key.scripts.p2pkh }]
  const [a, b] = [1, 0x81].map(hashType => chain.build({ transactions: [spend([coin], outputs, { hashType })] }))
  expect(a!.transactions[1]!.txid).toBe(b!.transactions[1]!.txid)
  expect(equalBytes(committedHash(a!.transactions[0]!)!, committedHash(b!.transactions[0]!)!)).toBe(false)
})
