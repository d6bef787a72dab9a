import { type Block, createBlock, createTransaction, type MerkleRoot, merkleRoot } from '@raistone/primitives'
import type { BuildParams } from '../src/build-block.js'
import { coinbaseBody } from '../src/coinbase.js'
import { solve } from '../src/proof-of-work.js'

const coinbase = createTransaction(
  coinbaseBody({ height: 0, extraNonce: 0, outputs: [{ value: 0n, script: Uint8Array.of(0x51) }] }),
)

const genesis: Block = createBlock(
  solve({
    version: 1,
    prev: '00'.repeat(32) as Block['hash'],
    merkleRoot: merkleRoot([coinbase.txid]).root as MerkleRoot,
    time: 1_600_000_000,
    bits: 0x207fffff,
    nonce: 0,
  }),
  [coinbase],
)

/** A chain of our own with Bitcoin's money: what a builder needs, without a genesis file. */
export const testParams: BuildParams = { genesis, money: { subsidy: 5_000_000_000n, halvingBlocks: 150 } }
