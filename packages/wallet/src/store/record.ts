import type { BlockHash, Height, OutpointKey, Txid } from '@raistone/primitives'
import type { KnownTransaction } from '../coins/book.js'
import { type AccountKind, accountKinds } from '../keys/account.js'
import { WalletError } from '../wallet-error.js'
import type { Sealed } from './seal.js'

/** The version of the record's layout. */
export const RECORD_FORMAT = 1

export interface AccountRecord {
  readonly kind: AccountKind
  readonly extendedKey: string
  /** First index that was never given out, for receiving and for change. */
  readonly next: readonly [number, number]
}

/** All that a wallet keeps. Only `seed` is secret. */
export interface WalletRecord {
  readonly format: number
  /** Name of its chain, and the hash of the chain's rules. */
  readonly chain: string
  readonly network: string
  readonly seed: Sealed
  readonly accounts: readonly AccountRecord[]
  /** First block that can concern it. */
  readonly birthday: Height
  /** Blocks it has seen, newest last: near the end one by one, before that with gaps. */
  readonly seen: readonly { readonly height: Height; readonly hash: BlockHash }[]
  readonly transactions: readonly KnownTransaction[]
}

/** Amounts as decimal strings: JSON has no whole numbers of that size. */
const writeValue = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)

export const recordToText = (record: WalletRecord): string => `${JSON.stringify(record, writeValue)}\n`

type Stored = Record<string, unknown>

function toTransaction(stored: Stored): KnownTransaction {
  const credits = (stored.credits as Stored[]).map(credit => ({
    ...credit,
    value: BigInt(credit.value as string),
  }))
  return {
    txid: stored.txid as Txid,
    height: stored.height as number | undefined,
    timeSec: stored.timeSec as number,
    coinbase: stored.coinbase as boolean,
    credits: credits as unknown as KnownTransaction['credits'],
    debits: stored.debits as OutpointKey[],
    own: stored.own as boolean,
    total: BigInt(stored.total as string),
  }
}

const isAccount = (value: unknown): value is AccountRecord =>
  typeof value === 'object' && value !== null && accountKinds.includes((value as AccountRecord).kind)

/** Throws a WalletError `damaged` for what is no wallet, or one of a later version. */
export function recordFromText(text: string): WalletRecord {
  try {
    const stored = JSON.parse(text) as Stored
    const format = stored.format
    if (typeof format === 'number' && format > RECORD_FORMAT)
      throw new WalletError('damaged', `has format ${format}; this version reads up to format ${RECORD_FORMAT}`)
    const { accounts, transactions, seen, seed } = stored as unknown as WalletRecord
    if (format !== RECORD_FORMAT || typeof seed !== 'object' || !Array.isArray(seen) || !accounts.every(isAccount))
      throw new WalletError('damaged', 'is not a wallet')
    return {
      ...(stored as unknown as WalletRecord),
      transactions: transactions.map(each => toTransaction(each as unknown as Stored)),
    }
  } catch (error) {
    if (error instanceof WalletError) throw error
    throw new WalletError('damaged', 'is damaged')
  }
}
