import { randomBytes } from '@noble/hashes/utils.js'
import type { ChainParams } from '@raistone/consensus/params'
import {
  type BlockHash,
  decodeBlock,
  decodeTransaction,
  type Height,
  type Sats,
  scriptToAddress,
  type Transaction,
  type Txid,
  toHex,
} from '@raistone/primitives'
import type { ChainSource } from './chain-source.js'
import { Book, type KnownTransaction, type WalletCoin } from './coins/book.js'
import {
  Account,
  type AccountKind,
  accountKey,
  accountKinds,
  type Branch,
  type KeyPath,
  signingKey,
} from './keys/account.js'
import { ENTROPY_BYTES, entropyOf, seedOf, wordsOf } from './keys/words.js'
import { type Payment, type PaymentPlan, type PaymentRequest, planPayment } from './payment.js'
import { signTransaction } from './sign/sign.js'
import { type AccountRecord, RECORD_FORMAT, recordFromText, recordToText, type WalletRecord } from './store/record.js'
import { type SealCost, seal, unseal } from './store/seal.js'
import type { WalletStore } from './store/wallet-store.js'
import { WalletError } from './wallet-error.js'

/** What a new wallet is made of. */
export interface NewWallet {
  readonly params: ChainParams
  readonly passphrase: string
  /** BIP-0039; new ones if left out. */
  readonly words?: string
  /** First block that can concern it. */
  readonly birthday: Height
  readonly cost?: SealCost
}

export interface Balance {
  /** Spendable in the next block: confirmed, or change of the wallet's own payments. */
  readonly trusted: Sats
  /** Paid by others and not in a block yet. */
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

/** Indexes watched beyond the last one used (BIP-0044). */
const GAP = 20
/** Blocks asked for at a time. */
const STEP = 32
/** Of the newest blocks each is remembered, of older ones one in so many. */
const REMEMBERED = 200
const SPARSE = 100

/** Keys, and what the chain says about them. Holds no secret while nobody pays; the seed stays sealed in the record. */
export class Wallet {
  private readonly accounts: ReadonlyMap<AccountKind, Account>
  private readonly next = new Map<AccountKind, [number, number]>()
  private readonly book: Book
  private readonly paths = new Map<string, KeyPath>()
  private readonly watched = new Map<string, number>()
  private seen: { readonly height: Height; readonly hash: BlockHash }[]

  private constructor(
    private readonly store: WalletStore,
    readonly params: ChainParams,
    private readonly record: WalletRecord,
  ) {
    this.book = new Book(record.transactions)
    this.seen = [...record.seen]
    this.accounts = new Map(
      record.accounts.map(({ kind, extendedKey }) => [kind, new Account(kind, extendedKey, params.address)]),
    )
    for (const { kind, next } of record.accounts) {
      this.next.set(kind, [...next])
      this.watch(kind)
    }
  }

  /** Makes a wallet and returns it with its words, which are not kept in the clear anywhere. */
  static async create(
    store: WalletStore,
    given: NewWallet,
  ): Promise<{ readonly wallet: Wallet; readonly words: string }> {
    const { params, passphrase, birthday } = given
    const entropy = given.words === undefined ? randomBytes(ENTROPY_BYTES) : entropyOf(given.words)
    const seed = await seedOf(entropy)
    const record: WalletRecord = {
      format: RECORD_FORMAT,
      chain: params.name,
      network: params.networkHash,
      seed: await seal(entropy, passphrase, given.cost),
      accounts: accountKinds.map(kind => ({ kind, extendedKey: accountKey(seed, kind, params.address), next: [0, 0] })),
      birthday,
      seen: [],
      transactions: [],
    }
    await store.write(recordToText(record))
    return { wallet: new Wallet(store, params, record), words: wordsOf(entropy) }
  }

  /** Throws a WalletError: `missing`, `damaged`, `other-chain`. */
  static async open(store: WalletStore, params: ChainParams): Promise<Wallet> {
    const text = await store.read()
    if (text === undefined) throw new WalletError('missing', 'there is no wallet')
    const record = recordFromText(text)
    if (record.network !== params.networkHash)
      throw new WalletError(
        'other-chain',
        `belongs to the chain ${record.chain} with other rules (${record.network.slice(0, 16)}, not ${params.networkId})`,
      )
    return new Wallet(store, params, record)
  }

  /** Whether anybody who has the file can spend. */
  get isUnprotected(): boolean {
    return this.record.seed.open
  }

  /** Height of the last block that was looked at; undefined before the first. */
  get syncedTo(): Height | undefined {
    return this.seen.at(-1)?.height
  }

  private async save(): Promise<void> {
    const accounts: AccountRecord[] = this.record.accounts.map(account => ({
      ...account,
      next: this.nextOf(account.kind),
    }))
    await this.store.write(
      recordToText({ ...this.record, accounts, seen: this.seen, transactions: this.book.transactions }),
    )
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private nextOf(kind: AccountKind): [number, number] {
    return this.next.get(kind) as [number, number]
  }

  private script({ kind, branch, index }: KeyPath): Uint8Array {
    return (this.accounts.get(kind) as Account).script(branch, index)
  }

  /** Knows the scripts up to the gap beyond the last index used. */
  private watch(kind: AccountKind): void {
    for (const branch of [0, 1] as const) {
      const key = `${kind}${branch}`
      const end = this.nextOf(kind)[branch] + GAP
      for (let index = this.watched.get(key) ?? 0; index < end; index++)
        this.paths.set(toHex(this.script({ kind, branch, index })), { kind, branch, index })
      this.watched.set(key, end)
    }
  }

  private recognise(script: Uint8Array): KeyPath | undefined {
    if (script.length !== 34 && script.length !== 22) return undefined
    return this.paths.get(toHex(script))
  }

  private addressAt(kind: AccountKind, branch: Branch, index: number): string {
    return scriptToAddress(this.script({ kind, branch, index }), this.params.address) as string
  }

  /** A receiving address that was never given out before. */
  async newAddress(kind: AccountKind = 'tr'): Promise<string> {
    const next = this.nextOf(kind)
    const address = this.addressAt(kind, 0, next[0])
    next[0]++
    this.watch(kind)
    await this.save()
    return address
  }

  /** Catches up with the chain: blocks from the birthday on, then what waits. */
  async sync(source: ChainSource, progress: (height: Height, tip: Height) => void = () => undefined): Promise<void> {
    const tip = await source.tip()
    await this.rewind(source)
    for (
      let from = this.syncedTo === undefined ? this.record.birthday : this.syncedTo + 1;
      from <= tip.height;
      from += STEP
    ) {
      const heights = Array.from({ length: Math.min(STEP, tip.height - from + 1) }, (_, i) => from + i)
      const hashes = await Promise.all(heights.map(height => source.hashAt(height)))
      const known = hashes.filter(hash => hash !== undefined)
      const blocks = await source.blocks(known)
      for (const [i, raw] of blocks.entries()) this.scan(raw, from + i)
      progress(from + blocks.length - 1, tip.height)
      // The chain became shorter meanwhile: the next call will see to it.
      if (known.length < heights.length) break
    }
    this.thinOut()
    this.takeWaiting(await source.mempool())
    await this.save()
  }

  /** Back to the last block that is still in the chain. */
  private async rewind(source: ChainSource): Promise<void> {
    const before = this.seen.length
    for (let last = this.seen.at(-1); last && (await source.hashAt(last.height)) !== last.hash; last = this.seen.at(-1))
      this.seen.pop()
    if (this.seen.length < before) this.book.rewind(this.syncedTo ?? this.record.birthday - 1)
  }

  private scan(raw: Uint8Array, height: Height): void {
    const { header, hash, transactions } = decodeBlock(raw)
    for (const tx of transactions) this.take(tx, height, header.time)
    this.seen.push({ height, hash })
  }

  private take(tx: Transaction, height: Height | undefined, timeSec: number): boolean {
    const recorded = this.book.record(tx, { height, timeSec }, script => this.recognise(script))
    if (recorded) for (const credit of this.book.get(tx.txid)?.credits ?? []) this.markUsed(credit)
    return recorded
  }

  private markUsed({ kind, branch, index }: KeyPath): void {
    const next = this.nextOf(kind)
    if (index < next[branch]) return
    next[branch] = index + 1
    this.watch(kind)
  }

  /** A transaction may come before the one it spends from: until nothing new is found. */
  private takeWaiting(raws: readonly Uint8Array[]): void {
    const waiting = raws.map(raw => decodeTransaction(raw))
    const nowSec = Math.floor(Date.now() / 1000)
    let left = waiting
    for (let found = true; found; ) {
      const rest = left.filter(tx => this.book.get(tx.txid)?.height !== undefined || !this.take(tx, undefined, nowSec))
      found = rest.length < left.length
      left = rest
    }
    this.book.keepWaiting(new Set(waiting.map(tx => tx.txid)))
  }

  private thinOut(): void {
    const newest = this.syncedTo ?? 0
    this.seen = this.seen.filter(({ height }) => height > newest - REMEMBERED || height % SPARSE === 0)
  }

  private isMature({ coinbase, height }: WalletCoin): boolean {
    // One block more than the rules ask for, as in Core: the last one may still be reorganised away.
    const tip = this.syncedTo ?? 0
    return !coinbase || (height !== undefined && tip - height >= this.params.coinbaseMaturity)
  }

  private get spendable(): WalletCoin[] {
    return this.book.coins.filter(coin => (coin.height !== undefined || coin.own) && this.isMature(coin))
  }

  balance(): Balance {
    const total = (coins: readonly WalletCoin[]): Sats => coins.reduce((sum, { value }) => sum + value, 0n)
    const { coins } = this.book
    return {
      trusted: total(this.spendable),
      untrustedPending: total(coins.filter(({ height, own }) => height === undefined && !own)),
      immature: total(coins.filter(coin => coin.coinbase && !this.isMature(coin))),
    }
  }

  /** Chooses coins, change and fee. Nothing is signed or kept: `pay` does that. */
  plan(request: PaymentRequest): PaymentPlan {
    return planPayment(this.spendable, request, this.script(this.changePath), this.syncedTo ?? 0)
  }

  private get changePath(): KeyPath {
    return { kind: 'tr', branch: 1, index: this.nextOf('tr')[1] }
  }

  /** Signs a plan. Throws a WalletError `passphrase`. */
  async sign(plan: PaymentPlan, passphrase: string): Promise<Payment> {
    const entropy = await unseal(this.record.seed, passphrase)
    const seed = await seedOf(entropy)
    try {
      const inputs = plan.inputs.map(coin => ({
        output: { value: coin.value, script: this.script(coin) },
        kind: coin.kind,
        key: signingKey(seed, coin, this.params.address),
      }))
      return { ...plan, tx: signTransaction(plan.body, inputs) }
    } finally {
      seed.fill(0)
      entropy.fill(0)
    }
  }

  /** Gives a signed payment to the network and remembers it. */
  async send(payment: Payment, source: ChainSource): Promise<Txid> {
    // The change address counts as given out before anybody can have seen it.
    if (payment.change !== undefined) this.markUsed(this.changePath)
    await this.save()
    const txid = await source.broadcast(payment.tx.raw)
    this.take(payment.tx, undefined, Math.floor(Date.now() / 1000))
    await this.save()
    return txid
  }

  /** Newest first. */
  history(): HistoryEntry[] {
    const order = ({ height }: HistoryEntry): number => height ?? Number.MAX_SAFE_INTEGER
    return this.book.transactions.map(tx => this.entry(tx)).sort((a, b) => order(b) - order(a) || b.timeSec - a.timeSec)
  }

  private entry(tx: KnownTransaction): HistoryEntry {
    const received = tx.credits.reduce((sum, { value }) => sum + value, 0n)
    const spent = tx.debits.reduce((sum, key) => sum + this.book.valueOf(key), 0n)
    const fee = tx.own && !tx.coinbase ? spent - tx.total : undefined
    const tip = this.syncedTo ?? 0
    const mature = tx.height !== undefined && tip - tx.height >= this.params.coinbaseMaturity
    return {
      txid: tx.txid,
      category: tx.coinbase ? (mature ? 'generate' : 'immature') : spent > 0n ? 'send' : 'receive',
      amount: received - spent + (fee ?? 0n),
      fee,
      height: tx.height,
      confirmations: tx.height === undefined ? 0 : tip - tx.height + 1,
      timeSec: tx.timeSec,
    }
  }
}
