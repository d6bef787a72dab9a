import { type Height, type OutpointKey, sha256, type Txid, toHex } from '@raistone/primitives'
import type { KnownTransaction } from '../coins/book.js'
import { accountKinds } from '../keys/account.js'
import type { AccountRecord } from '../keys/keyring.js'
import type { SeenBlock } from '../scan/trail.js'
import { WalletError } from '../wallet-error.js'
import { isSealed, type Sealed } from './seal.js'

/** The version of the record's layout. */
export const RECORD_FORMAT = 2

/** All that a wallet keeps. Only `seed` is secret. */
export interface WalletRecord {
  /** Name of its chain, and the hash of the chain's rules. */
  readonly chain: string
  readonly network: string
  readonly seed: Sealed
  readonly accounts: readonly AccountRecord[]
  /** First block that can concern it. */
  readonly birthday: Height
  /** Blocks it has seen, newest last: near the end one by one, before that with gaps. */
  readonly seen: readonly SeenBlock[]
  readonly transactions: readonly KnownTransaction[]
}

/** The text, and around it what tells whether it is still the same. */
interface Envelope {
  readonly format: number
  /** SHA-256 of the record's JSON. */
  readonly checksum: string
  readonly record: Stored
}

type Stored = Readonly<Record<string, unknown>>

/** Amounts as decimal strings: JSON has no whole numbers of that size. */
const writeValue = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)

const checksumOf = (text: string): string => toHex(sha256(new TextEncoder().encode(text)))

export function recordToText(record: WalletRecord): string {
  const text = JSON.stringify(record, writeValue)
  return `{"format":${RECORD_FORMAT},"checksum":"${checksumOf(text)}","record":${text}}\n`
}

function toTransaction(stored: Stored): KnownTransaction {
  const credits = (stored.credits as Stored[]).map(credit => ({ ...credit, value: BigInt(credit.value as string) }))
  return {
    txid: stored.txid as Txid,
    height: stored.height as number | undefined,
    timeSec: stored.timeSec as number,
    coinbase: stored.coinbase as boolean,
    credits: credits as unknown as KnownTransaction['credits'],
    debits: stored.debits as OutpointKey[],
    own: stored.own as boolean,
    total: BigInt(stored.total as string),
    raw: stored.raw as string | undefined,
  }
}

const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isIndex)

/** One account of each kind, in their order. */
const areAccounts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === accountKinds.length &&
  (value as Stored[]).every(
    ({ kind, extendedKey, next, searched }, i) =>
      kind === accountKinds[i] && typeof extendedKey === 'string' && isPair(next) && isPair(searched),
  )

const isRecord = ({ chain, network, seed, accounts, birthday, seen, transactions }: Stored): boolean =>
  typeof chain === 'string' &&
  typeof network === 'string' &&
  isSealed(seed) &&
  areAccounts(accounts) &&
  isIndex(birthday) &&
  Array.isArray(seen) &&
  Array.isArray(transactions)

function parse(text: string): WalletRecord | undefined {
  const { format, checksum, record } = JSON.parse(text) as Envelope
  if (Number.isSafeInteger(format) && format !== RECORD_FORMAT)
    throw new WalletError('damaged', `has format ${format}; this version reads format ${RECORD_FORMAT}`)
  if (format !== RECORD_FORMAT || checksumOf(JSON.stringify(record)) !== checksum || !isRecord(record)) return undefined
  const stored = record as unknown as WalletRecord
  return { ...stored, transactions: stored.transactions.map(each => toTransaction(each as unknown as Stored)) }
}

/** Throws a WalletError `damaged` for what is no wallet, is not as it was written, or is of another version. */
export function recordFromText(text: string): WalletRecord {
  let record: WalletRecord | undefined
  try {
    record = parse(text)
  } catch (error) {
    if (error instanceof WalletError) throw error
  }
  if (!record) throw new WalletError('damaged', 'is damaged: restore it from its words, or from a copy of its file')
  return record
}
