import type { BlockEntry, ChainParams, Coin } from '@raistone/consensus'
import {
  type Block,
  createBlock,
  createTransaction,
  decodeTransaction,
  fromHex,
  type Header,
  merkleRoot,
  nullOutpoint,
  type Transaction,
} from '@raistone/primitives'

const genesisCoinbase = decodeTransaction(
  fromHex(
    '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
  ),
)

const blockOn = (prev: string, time: number, nonce: number, transactions: readonly Transaction[]): Block => {
  const { root } = merkleRoot(transactions.map(({ txid }) => txid))
  const header = {
    version: prev === '' ? 1 : 0x20000000,
    prev: prev || '00'.repeat(32),
    merkleRoot: root,
    time,
    bits: 0x207fffff,
    nonce,
  }
  return createBlock(header as Header, transactions)
}

export const genesis = blockOn('', 1296688602, 2, [genesisCoinbase])

/** P2WPKH of twenty 0x11 bytes. */
export const payTo = fromHex(`0014${'11'.repeat(20)}`)

export const coinbaseAt = (height: number, value: bigint): Transaction =>
  createTransaction({
    version: 2,
    inputs: [
      {
        prevout: nullOutpoint,
        scriptSig: Uint8Array.of(0x50 + height, 0),
        sequence: 0xffffffff,
        witness: [new Uint8Array(32)],
      },
    ],
    outputs: [{ value, script: payTo }],
    lockTime: 0,
  })

export const spend = (from: Transaction, value: bigint, script = payTo, sequence = 0xfffffffd): Transaction =>
  createTransaction({
    version: 2,
    inputs: [
      { prevout: { txid: from.txid, vout: 0 }, scriptSig: new Uint8Array(0), sequence, witness: [Uint8Array.of(1, 2)] },
    ],
    outputs: [{ value, script }],
    lockTime: 0,
  })

export const firstCoinbase = coinbaseAt(1, 5_000_000_000n)
export const firstSpend = spend(firstCoinbase, 4_999_999_000n)
export const blocks: readonly Block[] = (() => {
  const one = blockOn(genesis.hash, 1296688603, 0, [firstCoinbase])
  const two = blockOn(one.hash, 1296688604, 0, [coinbaseAt(2, 5_000_001_000n), firstSpend])
  return [genesis, one, two]
})()

/** What block 2 spent, as undo data has it. */
export const spentInTwo: readonly (readonly Coin[])[] = [
  [],
  [{ value: 5_000_000_000n, script: payTo, height: 1, coinbase: true }],
]

export const blockAfter = (prev: Block, nonce = 0): Block =>
  blockOn(prev.hash, prev.header.time + 1, nonce, [coinbaseAt(3, 5_000_000_000n)])

export const entryOf = (block: Block, height: number, parent: BlockEntry | undefined): BlockEntry => ({
  hash: block.hash,
  header: block.header,
  time: block.header.time,
  bits: block.header.bits,
  height,
  parent,
  chainWork: BigInt(2 * (height + 1)),
  medianTimePast: block.header.time,
  txCount: block.transactions.length,
  data: true,
  invalid: false,
})

/** The parts of regtest's parameters that handlers look at. */
export const regtest = {
  name: 'regtest',
  address: { pubkeyHash: 0x6f, scriptHash: 0xc4, privateKey: 0xef, hrp: 'bcrt' },
  pow: { spacingSec: 600 },
  mineOnDemand: true,
  genesis,
} as unknown as ChainParams
