import { type BlockHash, type Header, type Height, type MerkleRoot, ZERO_HASH } from '@raistone/primitives'
import { ancestorOf, type PowAncestor } from '../pow/ancestor.js'
import type { EntryRecord } from '../store/entry-record.js'
import type { BlockEntry } from './block-entry.js'
import { type Field, field, type HeaderRows, NONE } from './header-rows.js'

/** What is known of a header's block, in `state`. */
export const flag = {
  failed: 1,
  invalid: 2,
  checked: 4,
  linked: 8,
  raw: 16,
  undo: 32,
  disowned: 64,
  wrong: 128,
} as const

/** Where the high bits of the records' numbers begin in `state`: they have 44 bits together with their low word. */
const HIGH_BITS = 12
const high = { raw: 8, undo: 20 } as const
const HIGH_MASK = (1 << HIGH_BITS) - 1

/** Where entries keep what they tell, and find each other. */
export interface Shelf {
  readonly rows: HeaderRows
  at(row: number): TreeEntry
}

/**
 * A look at a header of the tree: most headers are looked at once or twice and never asked for again, and need no object
 * of their own. Two looks at one header are not the same: compare rows, and keep the tree's entry instead.
 */
export interface HeaderView extends PowAncestor {
  readonly row: number
  readonly hash: BlockHash
  readonly header: Header
  readonly parent: HeaderView | undefined
  readonly skip: HeaderView | undefined
  readonly chainWork: bigint
  readonly medianTimePast: number
  readonly txCount: number
  readonly data: boolean
  readonly failed: boolean
  readonly disowned: boolean
  readonly invalid: boolean
  readonly wrong: boolean
  readonly checked: boolean
  readonly linked: boolean
  readonly sequence: number
  readonly raw: number | undefined
  readonly undo: number | undefined
}

/**
 * The tree's own, mutable side of a `BlockEntry`. Only the chain writes to it. One object for each header that somebody
 * asked for, which can be compared and be a key; what it tells is in its row.
 */
export class TreeEntry implements BlockEntry {
  constructor(
    private readonly shelf: Shelf,
    readonly row: number,
  ) {}

  get hash(): BlockHash {
    return this.shelf.rows.id(this.row, field.hash) as BlockHash
  }

  /** Made anew each time. */
  get header(): Header {
    const { rows } = this.shelf
    const parent = this.get(field.parent)
    return {
      version: this.get(field.version) | 0,
      prev: (parent === NONE ? ZERO_HASH : rows.id(parent, field.hash)) as BlockHash,
      merkleRoot: rows.id(this.row, field.merkleRoot) as MerkleRoot,
      time: this.time,
      bits: this.bits,
      nonce: this.get(field.nonce),
    }
  }

  get time(): number {
    return this.get(field.time)
  }

  get bits(): number {
    return this.get(field.bits)
  }

  get height(): Height {
    return this.get(field.height)
  }

  get parent(): TreeEntry | undefined {
    return this.other(field.parent)
  }

  /** An ancestor far back, so that long ways are short. */
  get skip(): TreeEntry | undefined {
    return this.other(field.skip)
  }

  get chainWork(): bigint {
    return this.shelf.rows.work(this.row)
  }

  get medianTimePast(): number {
    return this.get(field.medianTime)
  }

  get txCount(): number {
    return this.get(field.txCount)
  }

  set txCount(count: number) {
    this.set(field.txCount, count)
  }

  /** The block itself failed with cause `consensus`. */
  get failed(): boolean {
    return this.has(flag.failed)
  }

  set failed(is: boolean) {
    this.mark(flag.failed, is)
  }

  /** The operator said that the block is invalid. */
  get disowned(): boolean {
    return this.has(flag.disowned)
  }

  set disowned(is: boolean) {
    this.mark(flag.disowned, is)
  }

  /** It or an ancestor failed: no matter what the operator says. */
  get wrong(): boolean {
    return this.has(flag.wrong)
  }

  /** It or an ancestor failed or was disowned. */
  get invalid(): boolean {
    return this.has(flag.invalid)
  }

  /** It was connected once, scripts included: connecting it again needs no script checks. */
  get checked(): boolean {
    return this.has(flag.checked)
  }

  set checked(is: boolean) {
    this.mark(flag.checked, is)
  }

  /** All ancestors' blocks and its own have been here. */
  get linked(): boolean {
    return this.has(flag.linked)
  }

  set linked(is: boolean) {
    this.mark(flag.linked, is)
  }

  /** Order in which blocks became linked: of equal work, the lower one is better. Infinite before. */
  get sequence(): number {
    const stored = this.get(field.sequence)
    return stored === NONE ? Number.POSITIVE_INFINITY : stored | 0
  }

  set sequence(order: number) {
    this.set(field.sequence, order)
  }

  /** Number of the record of the raw block in `blocks/`; undefined while there is none. */
  get raw(): number | undefined {
    return this.has(flag.raw) ? this.place('raw') : undefined
  }

  set raw(number: number | undefined) {
    this.setPlace('raw', number)
  }

  /** Number of the record of its undo data. */
  get undo(): number | undefined {
    return this.has(flag.undo) ? this.place('undo') : undefined
  }

  set undo(number: number | undefined) {
    this.setPlace('undo', number)
  }

  /** What is to be stored of it. Its hashes are views of the row. */
  get record(): EntryRecord {
    const { rows } = this.shelf
    return {
      hash: rows.hashBytes(this.row, field.hash),
      version: this.get(field.version) | 0,
      prev: rows.hashBytes(this.get(field.parent), field.hash),
      merkleRoot: rows.hashBytes(this.row, field.merkleRoot),
      time: this.time,
      bits: this.bits,
      nonce: this.get(field.nonce),
      height: this.height,
      txCount: this.txCount,
      failed: this.failed,
      disowned: this.disowned,
      checked: this.checked,
      sequence: this.linked ? this.sequence : undefined,
      raw: this.raw,
      undo: this.undo,
    }
  }

  /** The genesis block is known from the parameters. */
  get data(): boolean {
    return this.has(flag.raw) || this.get(field.parent) === NONE
  }

  private get(at: Field): number {
    return this.shelf.rows.get(this.row, at)
  }

  private set(at: Field, value: number): void {
    this.shelf.rows.set(this.row, at, value)
  }

  private other(at: Field): TreeEntry | undefined {
    const row = this.get(at)
    return row === NONE ? undefined : this.shelf.at(row)
  }

  private has(bit: number): boolean {
    return (this.get(field.state) & bit) !== 0
  }

  private mark(bit: number, is: boolean): void {
    const state = this.get(field.state)
    this.set(field.state, is ? state | bit : state & ~bit)
  }

  private place(of: 'raw' | 'undo'): number {
    return this.get(field[of]) + ((this.get(field.state) >>> high[of]) & HIGH_MASK) * 2 ** 32
  }

  private setPlace(of: 'raw' | 'undo', number: number | undefined): void {
    this.mark(flag[of], number !== undefined)
    this.mark(HIGH_MASK << high[of], false)
    this.mark(Math.floor((number ?? 0) / 2 ** 32) << high[of], true)
    this.set(field[of], number ?? 0)
  }
}

/** The entry's ancestor at a height not above its own. */
export const ancestorAt = (entry: TreeEntry, height: number): TreeEntry => ancestorOf(entry, height) ?? entry
