import { describe, expect, test } from '@jest/globals'
import {
  type Block,
  createBlock,
  createTransaction,
  decodeBlock,
  decodeBlockInSteps,
  emptyBytes,
  type Header,
  type Transaction,
  ZERO_HASH,
} from '../src/index.js'

const header: Header = {
  version: 1,
  prev: ZERO_HASH as string as Header['prev'],
  merkleRoot: ZERO_HASH as string as Header['merkleRoot'],
  time: 0,
  bits: 0x207fffff,
  nonce: 0,
}

const transactionOf = (vout: number, items: number): Transaction =>
  createTransaction({
    version: 2,
    inputs: [
      {
        prevout: { txid: 'ab'.repeat(32) as Transaction['txid'], vout },
        scriptSig: emptyBytes,
        sequence: 0,
        witness: new Array<Uint8Array>(items).fill(emptyBytes),
      },
    ],
    outputs: [{ value: 1n, script: emptyBytes }],
    lockTime: 0,
  })

/** The block, and how often others could have had their turn. */
function decodeCounting(raw: Uint8Array): { block: Block; pauses: number } {
  const steps = decodeBlockInSteps(raw)
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next()
    if (done) return { block: value, pauses }
  }
}

describe('a block is decoded in steps', () => {
  test.each([
    // Of 100,000 bytes each.
    ['many transactions', Array.from({ length: 5000 }, (_, vout) => transactionOf(vout, 0)), 2],
    // Of 50,000 items each.
    ['a long witness', [transactionOf(0, 160_000)], 3],
    ['a usual block', [transactionOf(0, 2), transactionOf(1, 300)], 0],
  ])('%s', (_, transactions, least) => {
    const made = createBlock(header, transactions)
    const { block, pauses } = decodeCounting(made.raw)
    expect(pauses).toBeGreaterThanOrEqual(least)
    expect(block.hash).toBe(made.hash)
    expect(block.strippedSize).toBe(made.strippedSize)
    const told = (each: Block) =>
      each.transactions.map(({ txid, wtxid, inputs }) => [txid, wtxid, inputs[0]?.witness.length])
    expect(told(block)).toEqual(told(made))
    expect(told(decodeBlock(made.raw))).toEqual(told(made))
  })
})
