import type { AddressParams } from '@raistone/consensus/params'
import { scriptToAddress, toHex } from '@raistone/primitives'
import { Account, type AccountKind, type Branch, type KeyPath } from './account.js'

/** Indexes watched beyond the last one used (BIP-0044). */
export const GAP = 20

/** An account's public half, and how far it is used; the pairs are receiving and change. */
export interface AccountRecord {
  readonly kind: AccountKind
  readonly extendedKey: string
  /** First index that was never given out. */
  readonly next: readonly [number, number]
  /** Indexes below these were looked for in every block seen. */
  readonly searched: readonly [number, number]
}

interface Span {
  next: number
  searched: number
  /** Indexes below this are recognised. */
  watched: number
}

const branches: readonly Branch[] = [0, 1]

/** The wallet's scripts, made from public keys, and which of them are used. */
export class Keyring {
  private readonly accounts: ReadonlyMap<AccountKind, Account>
  private readonly spans = new Map<string, Span>()
  private readonly paths = new Map<string, KeyPath>()

  constructor(
    private readonly given: readonly AccountRecord[],
    private readonly address: AddressParams,
  ) {
    this.accounts = new Map(given.map(({ kind, extendedKey }) => [kind, new Account(kind, extendedKey, address)]))
    for (const { kind, next, searched } of given) {
      for (const branch of branches) {
        this.spans.set(kind + branch, { next: next[branch], searched: searched[branch], watched: 0 })
        this.watch(kind, branch)
      }
    }
  }

  get records(): AccountRecord[] {
    const pair = (kind: AccountKind, what: 'next' | 'searched'): [number, number] => [
      this.span(kind, 0)[what],
      this.span(kind, 1)[what],
    ]
    return this.given.map(account => ({
      ...account,
      next: pair(account.kind, 'next'),
      searched: pair(account.kind, 'searched'),
    }))
  }

  private span(kind: AccountKind, branch: Branch): Span {
    return this.spans.get(kind + branch) as Span
  }

  script({ kind, branch, index }: KeyPath): Uint8Array {
    return (this.accounts.get(kind) as Account).script(branch, index)
  }

  recognise(script: Uint8Array): KeyPath | undefined {
    if (script.length !== 34 && script.length !== 22) return undefined
    return this.paths.get(toHex(script))
  }

  private watch(kind: AccountKind, branch: Branch): void {
    const span = this.span(kind, branch)
    const end = Math.max(span.next + GAP, span.searched)
    for (let index = span.watched; index < end; index++)
      this.paths.set(toHex(this.script({ kind, branch, index })), { kind, branch, index })
    span.watched = Math.max(span.watched, end)
  }

  /** Where the next payment's change goes. */
  get changePath(): KeyPath {
    return { kind: 'tr', branch: 1, index: this.span('tr', 1).next }
  }

  /** A receiving address that was never given out before. */
  takeAddress(kind: AccountKind): string {
    const path: KeyPath = { kind, branch: 0, index: this.span(kind, 0).next }
    this.giveOut(path)
    return scriptToAddress(this.script(path), this.address) as string
  }

  /** The wallet itself uses the path: nobody can have paid the indexes this brings into the gap in an earlier block. */
  giveOut({ kind, branch, index }: KeyPath): void {
    const span = this.span(kind, branch)
    span.next = Math.max(span.next, index + 1)
    span.searched = Math.max(span.searched, span.next + GAP)
    this.watch(kind, branch)
  }

  /** The path was seen in the chain, perhaps before this wallet knew that it was given out. */
  markUsed({ kind, branch, index }: KeyPath): void {
    const span = this.span(kind, branch)
    if (index < span.next) return
    span.next = index + 1
    this.watch(kind, branch)
  }

  /** Whether every index up to the gap was looked for in every block seen. */
  get isSearched(): boolean {
    return [...this.spans.values()].every(({ next, searched }) => next + GAP <= searched)
  }

  /** For a search from the first block: far enough ahead that it is seldom needed again. */
  lookAhead(): void {
    for (const { kind } of this.given) {
      for (const branch of branches) {
        const span = this.span(kind, branch)
        span.searched = Math.max(span.searched, span.next + 2 * GAP)
        this.watch(kind, branch)
      }
    }
  }
}
