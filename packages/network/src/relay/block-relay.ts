import type { BlockEntry } from '@raistone/consensus'
import { type Block, type BlockHash, hashHeader, merkleRoot, type Transaction } from '@raistone/primitives'
import { monotonicMs, pause } from '../alarm.js'
import type { NetworkChain, NetworkMempool } from '../deps.js'
import type { GossipVerdict, TopicHandler } from '../host/host.js'
import type { BlockTransactions } from '../messages/block-transactions.js'
import { type CompactBlock, compactBlockMessage, toCompactBlock } from '../messages/compact-block.js'
import { decodeMessage, encodeMessage } from '../messages/message.js'
import { fetchBlockTransactions } from '../requests/fetch.js'
import { misdeedOf, reasonOf } from '../requests/misdeed.js'
import type { SyncService } from '../sync/sync-service.js'
import { Tasks } from '../tasks.js'
import type { Wire } from '../wire.js'
import { type BlockFacts, judgeBlock } from './block-verdict.js'
import { type Draft, fillDraft, finishDraft, startDraft } from './rebuild.js'
import { RecentSet } from './recent-set.js'

const REMEMBERED_BLOCKS = 10_000
/** Peers that sent a message with this header, as places to ask. */
const MOST_SOURCES = 3
const MOST_REBUILDS = 8
/** Blocks rebuilt lately, kept for peers that are still rebuilding them. */
const FRESH_BLOCKS = 4
const REBUILD_MS = 8_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 400
/** Core's MAX_BLOCKTXN_DEPTH: older blocks are asked for whole. */
const MOST_DEPTH = 10
/** Headers that far below the tip are not even looked at. */
const MOST_REORG = 144

interface BlockRelayDeps {
  readonly chain: NetworkChain
  readonly mempool: NetworkMempool
  readonly sync: SyncService
  readonly random: () => number
  readonly admits: (peer: string) => boolean
  readonly onBlock: (peer: string) => void
}

interface Rebuild {
  readonly sources: string[]
}

/** Spreads blocks: judges compact blocks that come, rebuilds them, publishes those this node made. */
export class BlockRelay {
  private readonly rebuilds = new Map<BlockHash, Rebuild>()
  private readonly fresh = new Map<BlockHash, Block>()
  private readonly spread = new RecentSet<BlockHash>(REMEMBERED_BLOCKS)
  private readonly tasks = new Tasks()
  private readonly off: (() => void)[] = []
  /** Connected last: most likely the tip that is told next. */
  private last: Block | undefined

  constructor(
    private readonly wire: Wire,
    private readonly deps: BlockRelayDeps,
  ) {}

  /** The topic's handler. */
  topic(name: string): TopicHandler {
    return {
      topic: name,
      most: compactBlockMessage.most,
      concurrency: 1,
      queue: 64,
      judge: async (peer, data) => this.judge(peer, data),
    }
  }

  start(): void {
    const { events } = this.deps.chain
    this.off.push(
      events.on('connected', ({ block }) => {
        this.last = block
      }),
      events.on('tip', ({ entry }) => this.onTip(entry)),
    )
  }

  async stop(): Promise<void> {
    for (const off of this.off.splice(0)) off()
    await this.tasks.settled()
  }

  /** Serves `blocktxn`: of a block just rebuilt, one still being rebuilt, or a recent one of the chain. */
  async blockTransactions(hash: BlockHash, indexes: readonly number[]): Promise<BlockTransactions> {
    const { chain } = this.deps
    const none = (state: 'not-yet' | 'unknown'): BlockTransactions => ({ state, transactions: [] })
    const entry = chain.entry(hash)
    let block = this.fresh.get(hash)
    // forwarded before its body was known: whether it comes is not for us to promise, and not our fault
    if (!block && !entry?.data && this.spread.has(hash)) return none('not-yet')
    if (!block && entry?.data && entry.height > chain.tip.height - MOST_DEPTH) block = await chain.block(hash)
    const transactions = indexes.flatMap(index => block?.transactions[index] ?? [])
    return transactions.length === indexes.length && block ? { state: 'found', transactions } : none('unknown')
  }

  private judge(peer: string, data: Uint8Array): GossipVerdict {
    if (!this.deps.admits(peer)) {
      this.deps.sync.onUnknownParent(peer)
      return 'ignore'
    }
    const compact = this.decode(peer, data)
    const hash = compact && hashHeader(compact.header)
    const facts = this.facts(compact, hash)
    const { verdict, next, why } = judgeBlock(facts)
    this.wire.log.debug('block message', { peer, hash: hash ?? '', verdict, why })
    if (facts.reject?.cause === 'header') this.wire.punish(peer, 'header', facts.reject.rule)
    if (next === 'headers') this.deps.sync.onUnknownParent(peer)
    if (!compact || !hash) return verdict
    this.deps.onBlock(peer)
    if (next === 'source') this.addSource(peer, hash)
    if (next === 'rebuild') this.rebuild(peer, hash, compact)
    return verdict
  }

  private decode(peer: string, data: Uint8Array): CompactBlock | undefined {
    try {
      return decodeMessage(compactBlockMessage, data)
    } catch (error) {
      this.wire.punish(peer, 'malformed', reasonOf(error))
      return undefined
    }
  }

  private facts(compact: CompactBlock | undefined, hash: BlockHash | undefined): BlockFacts {
    const { chain } = this.deps
    const known = hash && chain.entry(hash)
    const parent = compact && chain.entry(compact.header.prev)
    const seen = known?.data === true || (hash !== undefined && this.spread.has(hash))
    const common = { decoded: compact !== undefined, known, parent, seen, tipWork: chain.tip.chainWork }
    const syncing = chain.initialDownload
    const deep = parent !== undefined && parent.height < chain.tip.height - MOST_REORG
    if (known || !compact || !hash || !parent || parent.invalid || seen || syncing || deep)
      return { ...common, syncing, reject: undefined, work: deep ? 0n : (known?.chainWork ?? 0n) }
    const { reject } = chain.submitHeaders([compact.header])
    return { ...common, syncing, reject, work: chain.entry(hash)?.chainWork ?? 0n }
  }

  private addSource(peer: string, hash: BlockHash): void {
    const sources = this.rebuilds.get(hash)?.sources
    if (sources && sources.length < MOST_SOURCES && !sources.includes(peer)) sources.push(peer)
  }

  /** Failing to rebuild is no loss: the header is in the tree, so sync fetches the block whole. */
  private rebuild(peer: string, hash: BlockHash, compact: CompactBlock): void {
    this.spread.add(hash)
    if (this.rebuilds.size >= MOST_REBUILDS || this.wire.stopped.aborted) return
    const rebuild: Rebuild = { sources: [peer] }
    this.rebuilds.set(hash, rebuild)
    this.deps.sync.onRebuilding(hash)
    const work = async (): Promise<void> => {
      try {
        const block = await this.assemble(hash, compact, rebuild)
        this.rebuilds.delete(hash)
        if (!block) return
        this.remember(hash, block)
        const result = await this.deps.chain.submitBlock(block)
        if (!result.reject) return
        this.fresh.delete(hash)
        this.wire.log.debug('rebuilt block refused', { hash, rule: result.reject.rule })
      } finally {
        this.rebuilds.delete(hash)
        this.deps.sync.onBlockJudged(hash)
      }
    }
    this.tasks.run(work, error => this.wire.log.debug('rebuild failed', { hash, reason: reasonOf(error) }))
  }

  private async assemble(hash: BlockHash, compact: CompactBlock, rebuild: Rebuild): Promise<Block | undefined> {
    let draft = startDraft(compact, this.atHand())
    if (!draft) return undefined
    if (draft.missing.length > 0) draft = await this.fetchMissing(hash, draft, rebuild)
    const block = draft && finishDraft(draft)
    if (!block) return undefined
    const { root, mutated } = merkleRoot(block.transactions.map(tx => tx.txid))
    return root === block.header.merkleRoot && !mutated ? block : undefined
  }

  private *atHand(): Iterable<Transaction> {
    for (const { tx } of this.deps.mempool.entries()) yield tx
  }

  /** Asks the sources in turn until one has what is missing. One that still rebuilds is asked again. */
  private async fetchMissing(hash: BlockHash, draft: Draft, { sources }: Rebuild): Promise<Draft | undefined> {
    const deadlineMs = monotonicMs() + REBUILD_MS
    for (let round = 0; sources.length > 0 && monotonicMs() < deadlineMs; round++) {
      const peer = sources[round % sources.length] as string
      const answer = await this.askSource(peer, hash, draft)
      if (answer === 'not-yet') {
        await pause(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(round, 8)), this.wire.stopped)
        continue
      }
      if (answer) return answer
      sources.splice(sources.indexOf(peer), 1)
      this.wire.punish(peer, 'withheld', 'cannot deliver the block it announced')
    }
    return undefined
  }

  private async askSource(peer: string, hash: BlockHash, draft: Draft): Promise<Draft | 'not-yet' | undefined> {
    try {
      const { state, transactions } = await fetchBlockTransactions(this.wire, peer, hash, draft.missing)
      if (state === 'not-yet') return state
      return state === 'found' ? fillDraft(draft, transactions) : undefined
    } catch (error) {
      const misdeed = misdeedOf(error)
      if (misdeed) this.wire.punish(peer, misdeed, reasonOf(error))
      return undefined
    }
  }

  private remember(hash: BlockHash, block: Block): void {
    this.fresh.set(hash, block)
    if (this.fresh.size <= FRESH_BLOCKS) return
    const oldest = this.fresh.keys().next()
    if (!oldest.done) this.fresh.delete(oldest.value)
  }

  /** A tip that came neither by topic nor by sync was made here. */
  private onTip({ hash }: BlockEntry): void {
    if (this.wire.stopped.aborted || this.spread.has(hash) || this.deps.sync.hasFetched(hash)) return
    // Who comes later asks what our tip is.
    if (this.wire.host.links().length === 0) return
    this.spread.add(hash)
    this.tasks.run(
      async () => {
        const block = this.last?.hash === hash ? this.last : await this.deps.chain.block(hash)
        if (!block) return
        const message = encodeMessage(compactBlockMessage, toCompactBlock(block, this.nonce()))
        await this.wire.host.publish(this.wire.protocols.blockTopic, message)
      },
      error => this.wire.log.debug('block not published', { hash, reason: reasonOf(error) }),
    )
  }

  private nonce(): bigint {
    const half = (): bigint => BigInt(Math.floor(this.deps.random() * 0x100000000))
    return (half() << 32n) | half()
  }
}
