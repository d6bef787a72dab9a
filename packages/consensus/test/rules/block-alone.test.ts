import { describe, expect, test } from '@jest/globals'
import {
  type Block,
  concatBytes,
  createBlock,
  createTransaction,
  fromDisplayHex,
  hash256,
  merkleRoot,
  type Transaction,
  toDisplayHex,
} from '@raistone/primitives'
import { checkBlockAlone } from '../../src/rules/block/alone.js'
import { anyScript, input, outpoint, output, spending, transaction, withTransactions } from '../support/bodies.js'
import { RuleScene } from '../support/rule-scene.js'

const scene = new RuleScene()
const { params } = scene
const honest = scene.build()
const coinbase = honest.transactions[0] as Transaction
const [a, b] = [1, 2].map(height => spending([scene.coin(height).outpoint], [output(5_000_000_000n)])) as [
  Transaction,
  Transaction,
]

const judge = (block: Block) => checkBlockAlone(block, params)
/** The header of the first block over the transactions of the second list. */
const swapped = (block: Block, transactions: readonly Transaction[]): Block => createBlock(block.header, transactions)
/** A coinbase that pays to these scripts. */
const coinbaseTo = (...scripts: Uint8Array[]): Transaction =>
  createTransaction({ ...coinbase, outputs: scripts.map(script => output(0n, script)) })

describe('the transactions are those of the header', () => {
  test('bad-txnmrklroot: and says nothing about the true block', () => {
    const block = withTransactions(honest, [coinbase, a])
    for (const others of [[coinbase], [coinbase, b], [coinbase, a, b], [a, coinbase], []])
      expect(judge(swapped(block, others))).toMatchObject({ rule: 'bad-txnmrklroot', cause: 'mutated' })
    expect(judge(block)).toBeUndefined()
  })
})

test('bad-cb-missing: a coinbase is first', () => {
  expect(judge(withTransactions(honest, [a, coinbase]))).toEqual({ rule: 'bad-cb-missing', cause: 'consensus' })
})

describe('inner nodes passed off as transactions', () => {
  /** 64 bytes without witnesses: nothing but an input and an output with 4 bytes of script between them. */
  const ofNodeSize = transaction({ inputs: [input(outpoint(1))], outputs: [output(0n, new Uint8Array(4))] })

  test('have the same root: a hash over 64 bytes is a hash over two hashes', () => {
    const nodes = concatBytes(...[coinbase, a].map(tx => fromDisplayHex(tx.txid)))
    expect(nodes).toHaveLength(64)
    expect(ofNodeSize.strippedSize).toBe(64)
    expect(toDisplayHex(hash256(nodes))).toBe(merkleRoot([coinbase.txid, a.txid]).root)
  })

  test('bad-cb-missing: are no coinbase, and nothing is held against the header', () => {
    expect(judge(withTransactions(honest, [ofNodeSize, a]))).toMatchObject({ rule: 'bad-cb-missing', cause: 'mutated' })
    expect(judge(withTransactions(honest, [a, ofNodeSize]))).toMatchObject({ rule: 'bad-cb-missing', cause: 'mutated' })
  })

  test('are for good what they seem after a coinbase, which no hashes spell', () => {
    const negative = transaction({ outputs: [output(-1n, new Uint8Array(4))] })
    expect(negative.strippedSize).toBe(64)
    expect(judge(withTransactions(honest, [coinbase, negative]))).toMatchObject({
      rule: 'bad-txns-vout-negative',
      cause: 'consensus',
    })
  })
})

test('what is wrong with a transaction alone is told with its id', () => {
  const tx = transaction({ outputs: [output(-1n)] })
  const verdict = judge(withTransactions(honest, [coinbase, a, tx]))
  const detail = `transaction ${tx.txid}: -1`
  expect(verdict).toEqual({ rule: 'bad-txns-vout-negative', cause: 'consensus', detail })
})

describe('bad-blk-sigops: without coins', () => {
  const [CHECKSIG, CHECKMULTISIG] = [0xac, 0xae]
  const multisigs = (count: number): Uint8Array => new Uint8Array(count).fill(CHECKMULTISIG)
  const signatures = (count: number): Uint8Array => new Uint8Array(count).fill(CHECKSIG)

  test('20,000 in outputs, a multisig counting for 20', () => {
    const over = withTransactions(honest, [coinbaseTo(multisigs(1000), signatures(1))])
    expect(judge(over)).toMatchObject({ rule: 'bad-blk-sigops', cause: 'consensus' })
    expect(judge(withTransactions(honest, [coinbaseTo(multisigs(1000))]))).toBeUndefined()
    expect(judge(withTransactions(honest, [coinbaseTo(multisigs(999), signatures(20))]))).toBeUndefined()
  })

  test('and in inputs, of all transactions together', () => {
    const tx = transaction({ inputs: [input(outpoint(1), { scriptSig: multisigs(500) })] })
    expect(judge(withTransactions(honest, [coinbaseTo(multisigs(500)), tx]))).toBeUndefined()
    expect(judge(withTransactions(honest, [coinbaseTo(multisigs(500), signatures(1)), tx]))?.rule).toBe(
      'bad-blk-sigops',
    )
  })
})

test('reasons come in Core’s order', () => {
  const bad = transaction({ outputs: [output(-1n, new Uint8Array(1001).fill(0xae))] })
  const ruleOf = (...transactions: Transaction[]) => judge(withTransactions(honest, transactions))?.rule
  const huge = transaction({ outputs: [output(-1n, new Uint8Array(1_000_000))] })
  expect(judge(swapped(honest, []))?.rule).toBe('bad-txnmrklroot')
  expect(ruleOf(huge, bad)).toBe('bad-blk-length')
  expect(ruleOf(bad, coinbase, coinbase)).toBe('bad-cb-missing')
  expect(ruleOf(coinbase, coinbaseTo(anyScript), bad)).toBe('bad-cb-multiple')
  expect(ruleOf(coinbase, bad)).toBe('bad-txns-vout-negative')
})
