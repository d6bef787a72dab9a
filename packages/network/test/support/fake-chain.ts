import type { BlockEntry, ChainEvents, Reject } from '@raistone/consensus'
import {
  type Block,
  type BlockHash,
  createBlock,
  createTransaction,
  decodeBlock,
  type Header,
  hashHeader,
  type MerkleRoot,
  merkleRoot,
  type Transaction,
  type Txid,
  type Wtxid,
  ZERO_HASH,
} from '@raistone/primitives'
import type { NetworkChain } from '../../src/deps.js'
import { FakeEvents } from './fake-events.js'

type Entry = { -readonly [K in keyof BlockEntry]: BlockEntry[K] } & { parent: Entry | undefined }

/** A coinbase that no other block has. */
export const coinbase = (tag: string): Transaction =>
  createTransaction({
    version: 1,
    inputs: [
      {
        prevout: { txid: ZERO_HASH as Txid, vout: 0xffffffff },
        scriptSig: new TextEncoder().encode(tag.padEnd(8, '.')),
        sequence: 0xffffffff,
        witness: [],
      },
    ],
    outputs: [{ value: 50n, script: new Uint8Array(20) }],
    lockTime: 0,
  })

export function makeBlock(prev: BlockHash, tag: string, transactions: readonly Transaction[] = [], version = 1): Block {
  const all = [coinbase(tag), ...transactions]
  const root: MerkleRoot = merkleRoot(all.map(tx => tx.txid)).root
  return createBlock({ version, prev, merkleRoot: root, time: 1, bits: 0x207fffff, nonce: 0 }, all)
}

export const genesisBlock = makeBlock(ZERO_HASH as BlockHash, 'genesis')

/** A chain without rules: every block adds one unit of work. Blocks whose header version is 666 are invalid. */
export class FakeChain implements NetworkChain {
  readonly events = new FakeEvents<Pick<ChainEvents, 'tip' | 'verified'>>()
  readonly blocks = new Map<BlockHash, Block>()
  readonly entries = new Map<BlockHash, Entry>()
  /** Hashes of every block submitted, in order. */
  readonly submitted: BlockHash[] = []
  initialDownload = false
  tip: Entry
  bestHeader: Entry
  /** Blocks whose coinbase is one of these are not what their header commits to. */
  readonly mutated = new Set<Wtxid>()
  /** Takes invalid blocks too. */
  lenient = false
  /** Calls of `blockBytes`. */
  served = 0
  /** Awaited before each block is judged. */
  slow: () => Promise<void> = async () => {}

  constructor(genesis: Block = genesisBlock) {
    const entry = this.insert(genesis.header, undefined)
    entry.data = true
    this.blocks.set(genesis.hash, genesis)
    this.tip = entry
    this.bestHeader = entry
  }

  entry(hash: BlockHash): Entry | undefined {
    return this.entries.get(hash)
  }

  isActive(entry: BlockEntry): boolean {
    return this.ancestor(this.tip, entry.height) === entry
  }

  submitHeaders(headers: readonly Header[]): { accepted: number; reject?: Reject & { at: number } } {
    let accepted = 0
    for (const [at, header] of headers.entries()) {
      const known = this.entries.get(hashHeader(header))
      if (known) continue
      const parent = this.entries.get(header.prev)
      if (!parent) return { accepted, reject: { rule: 'prev-blk-not-found', cause: 'missing', at } }
      if (header.bits !== 0x207fffff) return { accepted, reject: { rule: 'bad-diffbits', cause: 'header', at } }
      const entry = this.insert(header, parent)
      if (entry.chainWork > this.bestHeader.chainWork) this.bestHeader = entry
      accepted++
    }
    return { accepted }
  }

  async submitBlock(given: Uint8Array | Block): ReturnType<NetworkChain['submitBlock']> {
    const block = 'raw' in given ? given : decodeBlock(given)
    await this.slow()
    this.submitted.push(block.hash)
    const { reject } = this.submitHeaders([block.header])
    if (reject) return { reject }
    const entry = this.entries.get(block.hash) as Entry
    if (entry.data) return { state: 'duplicate', entry }
    if (block.transactions.some(tx => this.mutated.has(tx.wtxid)))
      return { reject: { rule: 'bad-witness-nonce-size', cause: 'mutated' } }
    if (block.header.version === 666 && !this.lenient) {
      for (const each of this.entries.values()) each.invalid ||= this.path(each).includes(entry)
      this.bestHeader = [...this.entries.values()]
        .filter(each => !each.invalid)
        .reduce((best, each) => (each.chainWork > best.chainWork ? each : best))
      return { reject: { rule: 'bad-fake', cause: 'consensus' } }
    }
    entry.data = true
    this.blocks.set(block.hash, block)
    const before = this.tip
    for (const each of this.entries.values())
      if (each.chainWork > this.tip.chainWork && this.isComplete(each)) this.tip = each
    if (this.tip !== before) this.events.emit('tip', { entry: this.tip, initialDownload: false })
    return { state: this.isActive(entry) ? 'connected' : 'stored', entry }
  }

  async block(hash: BlockHash): Promise<Block | undefined> {
    return this.blocks.get(hash)
  }

  async blockBytes(hash: BlockHash): Promise<Uint8Array | undefined> {
    this.served++
    return this.blocks.get(hash)?.raw
  }

  locator(from: BlockEntry = this.tip): BlockHash[] {
    const hashes: BlockHash[] = []
    let step = 1
    for (let at: BlockEntry | undefined = from; at; ) {
      hashes.push(at.hash)
      if (hashes.length > 10) step *= 2
      const height: number = at.height - step
      if (at.height === 0) break
      at = this.ancestor(at, Math.max(0, height))
    }
    return hashes
  }

  afterLocator(locator: readonly BlockHash[], most: number): BlockEntry[] {
    const active = this.path(this.tip)
    const fork = locator.map(hash => this.entries.get(hash)).find(entry => entry && active[entry.height] === entry)
    return active.slice((fork?.height ?? 0) + 1, (fork?.height ?? 0) + 1 + most)
  }

  missingBlocks(most: number): BlockEntry[] {
    return this.path(this.bestHeader)
      .filter(entry => !entry.data)
      .slice(0, most)
  }

  /** Makes blocks on the tip, at once. */
  async mine(count: number, tag: string, transactions: readonly Transaction[] = []): Promise<Block[]> {
    const made: Block[] = []
    for (let i = 0; i < count; i++) {
      const block = makeBlock(this.tip.hash, `${tag}${this.tip.height + 1}`, transactions)
      await this.submitBlock(block.raw)
      made.push(block)
    }
    return made
  }

  /** Entries from genesis to this one. */
  path(entry: Entry): Entry[] {
    const path: Entry[] = []
    for (let at: Entry | undefined = entry; at; at = at.parent) path.push(at)
    return path.reverse()
  }

  private insert(header: Header, parent: Entry | undefined): Entry {
    const hash = hashHeader(header)
    const entry: Entry = {
      hash,
      header,
      time: header.time,
      bits: header.bits,
      parent,
      height: parent ? parent.height + 1 : 0,
      chainWork: (parent?.chainWork ?? 0n) + 1n,
      medianTimePast: 0,
      txCount: 0,
      data: false,
      invalid: false,
    }
    this.entries.set(hash, entry)
    return entry
  }

  private ancestor(from: BlockEntry, height: number): BlockEntry | undefined {
    let at: BlockEntry | undefined = from
    while (at && at.height > height) at = at.parent
    return at
  }

  private isComplete(entry: Entry): boolean {
    for (let at: Entry | undefined = entry; at && at !== this.tip; at = at.parent) if (!at.data) return false
    return true
  }
}
