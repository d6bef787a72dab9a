import { type Chain, type ChainParams, createLocalVerifier, openChain, openMemoryStore } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { Mempool, type MempoolOptions } from '@raistone/mempool'
import { nobleCurve, type Transaction, type TxOut } from '@raistone/primitives'
import { type OwnedCoin, ownedCoin, type SpendOptions, spend, testKey } from '@raistone/testkit'
import { mineBlocks } from '../../src/mine-blocks.js'
import { createLocalSearch } from '../../src/search/local.js'
import type { NonceSearch } from '../../src/search/nonce-search.js'

export const key = testKey(0)
export const payTo = key.scripts.p2wpkh
export const regtest = loadChain('regtest')
/** Coinbases mature soon, which saves a hundred blocks. */
export const quick: ChainParams = { ...regtest, coinbaseMaturity: 2 }

/** A real chain in memory with its mempool, and all that mining needs. */
export interface Ledger {
  readonly chain: Chain
  readonly mempool: Mempool
  readonly clock: { ms: number; nowMs(): number }
  readonly search: NonceSearch
  close(): Promise<void>
}

export async function openLedger(params: ChainParams = quick, options: MempoolOptions = {}): Promise<Ledger> {
  const clock = { ms: (params.genesis.header.time + 86_400) * 1000, nowMs: () => clock.ms }
  const verifier = createLocalVerifier(nobleCurve)
  const chain = await openChain({ params, store: await openMemoryStore(), verifier, clock })
  const mempool = new Mempool({ chain, verifier, clock }, options)
  mempool.start()
  const close = async (): Promise<void> => {
    await mempool.stop()
    await chain.close()
  }
  return { chain, mempool, clock, search: createLocalSearch(), close }
}

/** A ledger with so many blocks, each paying the key. */
export async function openMined(blocks: number, options: MempoolOptions = {}): Promise<Ledger> {
  const ledger = await openLedger(quick, options)
  await mineBlocks(ledger, blocks, payTo)
  return ledger
}

/** The coin that the block at this height made. */
export async function minted({ chain }: Ledger, height: number): Promise<OwnedCoin> {
  const entry = chain.entryAt(height)
  const block = entry && (await chain.block(entry.hash))
  if (!block) throw new RangeError(`no block ${height}`)
  return ownedCoin(block.transactions[0] as Transaction, 0, key)
}

export const toKey = (value: bigint): TxOut => ({ value, script: payTo })

/** Spends the coins into `ways` outputs of the key, the first of which takes what the fee leaves. */
export function pay(coins: readonly OwnedCoin[], fee: bigint, ways = 1, options: SpendOptions = {}): Transaction {
  const total = coins.reduce((sum, { output }) => sum + output.value, 0n)
  const small = (total - fee) / BigInt(ways)
  const outputs = Array.from({ length: ways }, (_, i) =>
    toKey(i === 0 ? total - fee - small * BigInt(ways - 1) : small),
  )
  return spend(coins, outputs, options)
}

export const outputOf = (tx: Transaction, vout = 0): OwnedCoin => ownedCoin(tx, vout, key)

/** Takes the transaction in; throws where it is refused. */
export async function take({ mempool }: Ledger, tx: Transaction): Promise<Transaction> {
  const { reject } = await mempool.accept(tx)
  if (reject) throw new Error(`${reject.rule} ${reject.detail}`)
  return tx
}
