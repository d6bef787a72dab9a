import { describe, expect, test } from '@jest/globals'
import {
  type Block,
  committedHash,
  createBlock,
  decodeBlock,
  equalBytes,
  hashHeader,
  merkleRoot,
  witnessCommitment,
} from '@raistone/primitives'
import { BlockBuilder } from '../src/block-builder.js'
import {
  changeNonce,
  flipByte,
  MERKLE_ROOT_OFFSET,
  NONCE_OFFSET,
  replaceWitness,
  witnessOffset,
} from '../src/damage.js'
import { testKey } from '../src/keys.js'
import { hasWork } from '../src/proof-of-work.js'
import { reseal } from '../src/reseal.js'
import { ownedCoin, spend } from '../src/sign.js'
import { testParams } from './chain.js'

const key = testKey(1)

function spendingBlock(): Block {
  const chain = new BlockBuilder(testParams)
  const coins = chain.mineMany(2, { payTo: key.scripts.p2wpkh }).map(block => ownedCoin(block.transactions[0]!, 0, key))
  return chain.mine({ transactions: [spend(coins, [{ value: 5n, script: key.scripts.p2tr }])] })
}

const committed = ({ transactions }: Block): boolean =>
  equalBytes(committedHash(transactions[0]!)!, witnessCommitment(transactions, new Uint8Array(32)))
const rooted = ({ header, transactions }: Block): boolean =>
  header.merkleRoot === merkleRoot(transactions.map(tx => tx.txid)).root

describe('damage', () => {
  const block = spendingBlock()

  test('a witness byte is found in the raw block, and changing it changes the witness only', () => {
    const offset = witnessOffset(block.raw, 1, 1, 1, 32)
    expect(block.raw[offset]).toBe(key.publicKey[32])
    const damaged = decodeBlock(flipByte(block.raw, offset))
    expect(damaged.hash).toBe(block.hash)
    expect(damaged.transactions[1]!.txid).toBe(block.transactions[1]!.txid)
    expect(damaged.transactions[1]!.wtxid).not.toBe(block.transactions[1]!.wtxid)
    expect(() => witnessOffset(block.raw, 1, 2)).toThrow(RangeError)
    expect(() => witnessOffset(block.raw, 1, 0, 1, 33)).toThrow(RangeError)
  })

  test('header bytes are where they are said to be', () => {
    const root = decodeBlock(flipByte(block.raw, MERKLE_ROOT_OFFSET + 31))
    expect(root.header).toEqual({ ...block.header, merkleRoot: root.header.merkleRoot })
    const nonce = decodeBlock(flipByte(block.raw, NONCE_OFFSET, 1))
    expect(nonce.header).toEqual({ ...block.header, nonce: block.header.nonce ^ 1 })
  })

  test('another nonce holds or fails as asked', () => {
    expect(hasWork(changeNonce(block, true).header)).toBe(true)
    expect(hasWork(changeNonce(block, false).header)).toBe(false)
    expect(changeNonce(block, true).hash).not.toBe(block.hash)
  })

  test('a flipped byte outside is refused', () => {
    expect(() => flipByte(block.raw, block.raw.length)).toThrow(RangeError)
  })
})

describe('reseal', () => {
  const block = spendingBlock()
  const changed = replaceWitness(block, 1, 0, [Uint8Array.of(1), key.publicKey])

  test('leaves a good block as it is', () => {
    expect(reseal(block).raw).toEqual(block.raw)
  })

  test('makes commitment, root and nonce right again and keeps the change', () => {
    expect(committed(changed)).toBe(false)
    const sealed = reseal(changed)
    expect([committed(sealed), rooted(sealed), hasWork(sealed.header)]).toEqual([true, true, true])
    expect(sealed.transactions[1]!.wtxid).toBe(changed.transactions[1]!.wtxid)
    expect(sealed.hash).toBe(hashHeader(sealed.header))
  })

  test('leaves out what it is told to', () => {
    expect(reseal(changed, { commitment: false }).raw).toEqual(changed.raw)
    expect(rooted(reseal(changed, { merkle: false }))).toBe(false)
    const unworked = createBlock(changeNonce(block, false).header, block.transactions)
    expect(hasWork(reseal(unworked, { nonce: false }).header)).toBe(false)
    expect(hasWork(reseal(unworked).header)).toBe(true)
  })
})
