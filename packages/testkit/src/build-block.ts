import {
  type Block,
  createBlock,
  createTransaction,
  type Header,
  merkleRoot,
  type Transaction,
  type TransactionBody,
  type TxOut,
} from '@raistone/primitives'
import { coinbaseBody } from './coinbase.js'
import { testKey } from './keys.js'
import type { ParentBlock } from './parent.js'
import { solve } from './proof-of-work.js'

/** The rules a built block keeps to; every `ChainParams` is one. */
export interface BuildParams {
  readonly genesis: Block
  readonly money: { readonly subsidy: bigint; readonly halvingBlocks: number }
}

/** What a block is to contain, and what is to be wrong with it. */
export interface BlockOptions {
  /** After the coinbase, in this order. */
  readonly transactions?: readonly Transaction[]
  /** Script the coinbase pays; test key 0's P2WPKH if left out. */
  readonly payTo?: Uint8Array
  /** Added to the subsidy, in satoshis: what the transactions leave over. */
  readonly fees?: bigint
  /** Outputs of the coinbase instead of one that pays subsidy and fees; the commitment is still added. */
  readonly coinbaseOutputs?: readonly TxOut[]
  /** Tells otherwise equal blocks apart. */
  readonly extraNonce?: number
  /** False leaves the witness commitment and the coinbase's witness out. */
  readonly commitment?: boolean
  /** Changes the coinbase when everything else of it is done. */
  readonly coinbase?: (body: TransactionBody) => TransactionBody
  /** Fields of the header as they are to be; the nonce is where the search begins. */
  readonly header?: Partial<Header>
  /** False leaves the nonce as it is; 'fails' looks for one that shows no work. */
  readonly work?: boolean | 'fails'
}

/** A block's version that signals nothing (BIP-0009). */
const VERSION = 0x20000000

/** What the miner of a block at this height may make, without fees. */
export function subsidyAt(height: number, { subsidy, halvingBlocks }: BuildParams['money']): bigint {
  const halvings = Math.floor(height / halvingBlocks)
  return halvings >= 64 ? 0n : subsidy >> BigInt(halvings)
}

function buildCoinbase(params: BuildParams, height: number, options: BlockOptions): Transaction {
  const { transactions = [], payTo = testKey(0).scripts.p2wpkh, fees = 0n, extraNonce = 0 } = options
  const outputs = options.coinbaseOutputs ?? [{ value: subsidyAt(height, params.money) + fees, script: payTo }]
  const commitTo = options.commitment === false ? {} : { commitTo: transactions }
  const body = coinbaseBody({ height, extraNonce, outputs, ...commitTo })
  return createTransaction(options.coinbase?.(body) ?? body)
}

/**
 * A block on top of `parent`, valid unless the options say otherwise: one second later than it may be at the earliest,
 * with its parent's bits. Work is searched for at once, which is meant for limits as easy as regtest's.
 */
export function buildBlock(params: BuildParams, parent: ParentBlock, options: BlockOptions = {}): Block {
  const coinbase = buildCoinbase(params, parent.height + 1, options)
  const transactions = [coinbase, ...(options.transactions ?? [])]
  const unsolved: Header = {
    version: VERSION,
    prev: parent.hash,
    merkleRoot: merkleRoot(transactions.map(tx => tx.txid)).root,
    time: Math.max(parent.time, parent.medianTimePast) + 1,
    bits: parent.bits,
    nonce: 0,
    ...options.header,
  }
  const { work = true } = options
  return createBlock(work === false ? unsolved : solve(unsolved, work === true), transactions)
}
