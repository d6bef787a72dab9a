import { loadChain } from '@raistone/consensus/builtin'
import {
  addressToScript,
  type Block,
  type BlockHash,
  createTransaction,
  decodeTransaction,
  emptyBytes,
  type Sats,
  SEQUENCE_FINAL,
  type Transaction,
  type Txid,
} from '@raistone/primitives'
import { BlockBuilder, type BlockOptions, genesisParent, nextParent, testKey } from '@raistone/testkit'
import type { ChainSource } from '../../src/chain-source.js'
import { WalletError } from '../../src/wallet-error.js'

export const params = loadChain('regtest')

export const COIN = 100_000_000n

/** The script an address stands for. */
export function scriptOf(address: string): Uint8Array {
  const found = addressToScript(address, params.address)
  if ('error' in found) throw new Error(found.error)
  return found.script
}

let strangers = 0

/** A payment by somebody else, out of a coin no wallet knows. */
export function payment(script: Uint8Array, value: Sats): Transaction {
  const txid = (++strangers).toString(16).padStart(64, '0') as Txid
  const inputs = [{ prevout: { txid, vout: 0 }, scriptSig: emptyBytes, sequence: SEQUENCE_FINAL, witness: [] }]
  return createTransaction({ version: 2, inputs, outputs: [{ value, script }], lockTime: 0 })
}

/** A chain and a mempool in memory, as an honest node shows them: real blocks, unverified transactions. */
export class TestChain {
  readonly blocks: Block[] = [params.genesis]
  mempool: Transaction[] = []
  /** Hashes of all blocks that were asked for. */
  readonly asked: BlockHash[] = []
  /** Reason for which every transaction is refused. */
  refusal: string | undefined
  private builder = new BlockBuilder(params)
  private mined = 0

  get tip(): { readonly height: number; readonly hash: BlockHash } {
    return { height: this.blocks.length - 1, hash: (this.blocks.at(-1) as Block).hash }
  }

  /** A block with what waits (or these transactions) on the tip; blocks pay a stranger unless told otherwise. */
  mine(options: BlockOptions = {}): Block {
    const transactions = options.transactions ?? this.mempool
    const made = { payTo: testKey(1).scripts.p2wpkh, extraNonce: ++this.mined, ...options, transactions }
    const block = this.builder.mine(made)
    this.blocks.push(block)
    this.mempool = this.mempool.filter(tx => !transactions.includes(tx))
    return block
  }

  mineMany(count: number, options: BlockOptions = {}): void {
    for (let i = 0; i < count; i++) this.mine(options)
  }

  /** Takes blocks off until the tip has this height. */
  cutTo(height: number): void {
    this.blocks.length = height + 1
    const parent = this.blocks.slice(1).reduce(nextParent, genesisParent(params.genesis))
    this.builder = new BlockBuilder(params, parent)
  }

  /** Its answers, some of them replaced. */
  source(changed: Partial<ChainSource> = {}): ChainSource {
    return {
      tip: async () => this.tip,
      hashAt: async height => this.blocks[height]?.hash,
      blocks: async hashes => {
        this.asked.push(...hashes)
        return hashes.map(hash => (this.blocks.find(block => block.hash === hash) as Block).raw)
      },
      mempool: async () => this.mempool.map(({ raw }) => raw),
      broadcast: async raw => {
        if (this.refusal !== undefined) throw new WalletError('refused', this.refusal)
        const tx = decodeTransaction(raw)
        this.mempool.push(tx)
        return tx.txid
      },
      ...changed,
    }
  }
}
