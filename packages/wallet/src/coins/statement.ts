import type { Height, Sats, Txid } from '@raistone/primitives'
import type { Book, KnownTransaction, WalletCoin } from './book.js'

export interface Balance {
  /** Spendable in the next block: confirmed, or change of the wallet's own payments. */
  readonly trusted: Sats
  /** Not in a block yet, and others may still take it back. */
  readonly untrustedPending: Sats
  /** Mined, and not old enough. */
  readonly immature: Sats
}

export interface HistoryEntry {
  readonly txid: Txid
  readonly category: 'generate' | 'immature' | 'receive' | 'send'
  /** What it changed, without the fee; negative for a payment. */
  readonly amount: Sats
  /** Of own payments. */
  readonly fee: Sats | undefined
  readonly height: Height | undefined
  readonly confirmations: number
  readonly timeSec: number
}

/** What the book means at a tip. */
export interface StatementDate {
  readonly tip: Height
  /** Blocks. */
  readonly coinbaseMaturity: number
}

/** One block more than the rules ask for, as in Core: the last one may still be reorganised away. */
const isMature = (
  { coinbase, height }: Pick<WalletCoin, 'coinbase' | 'height'>,
  { tip, coinbaseMaturity }: StatementDate,
): boolean => !coinbase || (height !== undefined && tip - height >= coinbaseMaturity)

export const spendableCoins = (book: Book, date: StatementDate): WalletCoin[] =>
  book.coins.filter(coin => coin.trusted && isMature(coin, date))

export function balanceOf(book: Book, date: StatementDate): Balance {
  const total = (coins: readonly WalletCoin[]): Sats => coins.reduce((sum, { value }) => sum + value, 0n)
  const { coins } = book
  return {
    trusted: total(spendableCoins(book, date)),
    untrustedPending: total(coins.filter(({ trusted }) => !trusted)),
    immature: total(coins.filter(coin => !isMature(coin, date))),
  }
}

/** Newest first. */
export function historyOf(book: Book, date: StatementDate): HistoryEntry[] {
  const order = ({ height }: HistoryEntry): number => height ?? Number.MAX_SAFE_INTEGER
  const entries = book.transactions.map(tx => entryOf(tx, book, date))
  return entries.reverse().sort((a, b) => order(b) - order(a) || b.timeSec - a.timeSec)
}

function entryOf(tx: KnownTransaction, book: Book, date: StatementDate): HistoryEntry {
  const received = tx.credits.reduce((sum, { value }) => sum + value, 0n)
  const spent = tx.debits.reduce((sum, key) => sum + book.valueOf(key), 0n)
  const fee = tx.own && !tx.coinbase ? spent - tx.total : undefined
  const generated = isMature(tx, date) ? 'generate' : 'immature'
  return {
    txid: tx.txid,
    category: tx.coinbase ? generated : spent > 0n ? 'send' : 'receive',
    amount: received - spent + (fee ?? 0n),
    fee,
    height: tx.height,
    confirmations: tx.height === undefined ? 0 : date.tip - tx.height + 1,
    timeSec: tx.timeSec,
  }
}
