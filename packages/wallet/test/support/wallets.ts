import type { Sats, Transaction, Txid } from '@raistone/primitives'
import type { ChainSource } from '../../src/chain-source.js'
import { memoryWalletStore, type WalletStore } from '../../src/store/wallet-store.js'
import { type NewWallet, Wallet } from '../../src/wallet.js'
import { params, scriptOf, type TestChain } from './test-chain.js'

/** Scrypt that costs nothing. */
export const cheap = { n: 2, r: 1, p: 1 }

export const NOW_SEC = 1_800_000_000

export interface Made {
  readonly wallet: Wallet
  readonly words: string
  readonly store: WalletStore
}

export async function newWallet(given: Partial<NewWallet> = {}, store = memoryWalletStore()): Promise<Made> {
  const all = { params, passphrase: '', birthday: 0, cost: cheap, ...given }
  return { ...(await Wallet.create(store, all, () => NOW_SEC)), store }
}

/** The wallet as another process would find it. */
export const reopen = ({ store }: Made): Promise<Wallet> => Wallet.open(store, params, () => NOW_SEC)

/** A wallet that has mined so many blocks, the last one mature. */
export async function richWallet(chain: TestChain, blocks = 1): Promise<Made> {
  const made = await newWallet()
  chain.mineMany(blocks, { payTo: scriptOf(await made.wallet.newAddress()) })
  chain.mineMany(params.coinbaseMaturity)
  await made.wallet.sync(chain.source())
  return made
}

export interface PayOptions {
  readonly to: Uint8Array
  readonly amount: Sats
  readonly feeRate?: bigint
}

/** Plans and signs without sending. */
export async function signed(wallet: Wallet, { to, amount, feeRate = 1000n }: PayOptions): Promise<Transaction> {
  return (await wallet.sign(wallet.plan({ script: to, amount, feeRate }), '')).tx
}

export async function pay(wallet: Wallet, source: ChainSource, options: PayOptions): Promise<Txid> {
  const { to, amount, feeRate = 1000n } = options
  return wallet.send(await wallet.sign(wallet.plan({ script: to, amount, feeRate }), ''), source)
}
