import { randomBytes } from '@noble/hashes/utils.js'
import type { ChainParams } from '@raistone/consensus/params'
import type { Height, Txid } from '@raistone/primitives'
import type { ChainSource } from './chain-source.js'
import { Book } from './coins/book.js'
import {
  type Balance,
  balanceOf,
  type HistoryEntry,
  historyOf,
  type StatementDate,
  spendableCoins,
} from './coins/statement.js'
import { type AccountKind, accountKey, accountKinds, signingKeys } from './keys/account.js'
import { GAP, Keyring } from './keys/keyring.js'
import { ENTROPY_BYTES, entropyOf, seedOf, wordsOf } from './keys/words.js'
import { type Payment, type PaymentPlan, type PaymentRequest, planPayment } from './payment.js'
import { type Progress, Scanner } from './scan/scanner.js'
import { Trail } from './scan/trail.js'
import { signTransaction } from './sign/sign.js'
import { recordFromText, recordToText, type WalletRecord } from './store/record.js'
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

/** Seconds since 1970. */
export type Clock = () => number

const systemClock: Clock = () => Math.floor(Date.now() / 1000)

/** Keys, and what the chain says about them. Holds no secret while nobody pays; the seed stays sealed in the record. */
export class Wallet {
  private readonly keys: Keyring
  private readonly book: Book
  private readonly trail: Trail
  private readonly scanner: Scanner

  private constructor(
    private readonly store: WalletStore,
    readonly params: ChainParams,
    private readonly record: WalletRecord,
    private readonly nowSec: Clock,
  ) {
    this.keys = new Keyring(record.accounts, params.address)
    this.book = new Book(record.transactions)
    this.trail = new Trail(record.seen, record.birthday)
    this.scanner = new Scanner({
      book: this.book,
      keys: this.keys,
      trail: this.trail,
      nowSec,
      save: () => this.save(),
    })
  }

  /**
   * Makes a wallet and returns it with its words, which are not kept in the clear anywhere. Throws a WalletError `words`
   * for words that cannot be.
   */
  static async create(
    store: WalletStore,
    given: NewWallet,
    nowSec: Clock = systemClock,
  ): Promise<{ readonly wallet: Wallet; readonly words: string }> {
    const { params, passphrase, birthday } = given
    const entropy = given.words === undefined ? randomBytes(ENTROPY_BYTES) : entropyOf(given.words)
    const seed = await seedOf(entropy)
    // Of new words no address was ever given out; with old ones the search begins with some more than the gap.
    const searched = given.words === undefined ? GAP : 2 * GAP
    const record: WalletRecord = {
      chain: params.name,
      network: params.networkHash,
      seed: await seal(entropy, passphrase, given.cost),
      accounts: accountKinds.map(kind => ({
        kind,
        extendedKey: accountKey(seed, kind, params.address),
        next: [0, 0],
        searched: [searched, searched],
      })),
      birthday,
      seen: [],
      transactions: [],
    }
    const words = wordsOf(entropy)
    seed.fill(0)
    entropy.fill(0)
    await store.write(recordToText(record))
    return { wallet: new Wallet(store, params, record, nowSec), words }
  }

  /** Throws a WalletError: `missing`, `damaged`, `other-chain`. */
  static async open(store: WalletStore, params: ChainParams, nowSec: Clock = systemClock): Promise<Wallet> {
    const text = await store.read()
    if (text === undefined) throw new WalletError('missing', 'there is no wallet')
    const record = recordFromText(text)
    if (record.network !== params.networkHash)
      throw new WalletError(
        'other-chain',
        `belongs to the chain ${record.chain} with other rules (${record.network.slice(0, 16)}, not ${params.networkId})`,
      )
    return new Wallet(store, params, record, nowSec)
  }

  /** Whether anybody who has the file can spend. */
  get isUnprotected(): boolean {
    return this.record.seed.open
  }

  /** Height of the last block that was looked at; undefined before the first. */
  get syncedTo(): Height | undefined {
    return this.trail.last?.height
  }

  private async save(): Promise<void> {
    await this.store.write(
      recordToText({
        ...this.record,
        accounts: this.keys.records,
        birthday: this.trail.birthday,
        seen: this.trail.seen,
        transactions: this.book.transactions,
      }),
    )
  }

  close(): Promise<void> {
    return this.store.close()
  }

  /** A receiving address that was never given out before. */
  async newAddress(kind: AccountKind = 'tr'): Promise<string> {
    const address = this.keys.takeAddress(kind)
    await this.save()
    return address
  }

  /**
   * Catches up with the chain: blocks from the birthday on, then what waits. Throws what the source throws, and a
   * WalletError `source` where it contradicts itself; what was read until then is kept.
   */
  async sync(source: ChainSource, progress: Progress = () => undefined): Promise<void> {
    try {
      await this.scanner.sync(source, progress)
    } finally {
      await this.save()
    }
  }

  private get today(): StatementDate {
    return { tip: Math.max(0, this.trail.height), coinbaseMaturity: this.params.coinbaseMaturity }
  }

  balance(): Balance {
    return balanceOf(this.book, this.today)
  }

  /** Newest first. */
  history(): HistoryEntry[] {
    return historyOf(this.book, this.today)
  }

  /** Chooses coins, change and fee. Nothing is signed or kept: `sign` and `send` do that. */
  plan(request: PaymentRequest): PaymentPlan {
    const change = this.keys.script(this.keys.changePath)
    return planPayment(spendableCoins(this.book, this.today), request, change, this.today.tip)
  }

  /** Signs a plan. Throws a WalletError `passphrase`. */
  async sign(plan: PaymentPlan, passphrase: string): Promise<Payment> {
    const entropy = await unseal(this.record.seed, passphrase)
    const seed = await seedOf(entropy)
    try {
      const keyOf = signingKeys(seed, this.params.address)
      const inputs = plan.inputs.map(coin => ({
        output: { value: coin.value, script: this.keys.script(coin) },
        kind: coin.kind,
        key: keyOf(coin),
      }))
      return { ...plan, tx: signTransaction(plan.body, inputs) }
    } finally {
      seed.fill(0)
      entropy.fill(0)
    }
  }

  /** Gives a signed payment to the network and remembers it. Throws what the source throws. */
  async send({ tx }: Payment, source: ChainSource): Promise<Txid> {
    const recognise = (script: Uint8Array) => this.keys.recognise(script)
    // The change address counts as given out before anybody can have seen it.
    for (const { script } of tx.outputs) {
      const path = recognise(script)
      if (path) this.keys.giveOut(path)
    }
    await this.save()
    const txid = await source.broadcast(tx.raw)
    this.book.record(tx, { height: undefined, timeSec: this.nowSec(), signed: true }, recognise)
    await this.save()
    return txid
  }
}
