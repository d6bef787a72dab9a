import type { BlockEntry } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import { BlockWindow } from './block-window.js'
import { HeaderChase } from './header-chase.js'
import { WINDOW_BLOCKS } from './limits.js'
import type { HeadersResult, PeerTip, SyncChain, SyncOutput } from './output.js'

export interface SyncDeps {
  readonly chain: SyncChain
  /** Blocks are fetched only for a header chain with at least this much work. */
  readonly minimumChainWork: bigint
  readonly isStale: () => boolean
}

/**
 * Headers first, then the missing blocks from all peers at once. Each input returns what to do; time is passed in,
 * in milliseconds of a clock that never jumps.
 */
export class Sync {
  private readonly headers: HeaderChase
  private readonly blocks = new BlockWindow()

  constructor(private readonly deps: SyncDeps) {
    this.headers = new HeaderChase(deps.chain, deps.isStale)
  }

  /** A peer's first or later status. */
  onStatus(peer: string, tip: PeerTip, nowMs: number): readonly SyncOutput[] {
    this.headers.setPeer(peer, tip, nowMs)
    this.blocks.setPeer(peer, tip.work, nowMs)
    return this.next(nowMs)
  }

  onPeerDown(peer: string, nowMs: number): readonly SyncOutput[] {
    this.headers.removePeer(peer)
    this.blocks.removePeer(peer)
    return this.next(nowMs)
  }

  /** Something this peer sent builds on a block we do not know. */
  onUnknownParent(peer: string, nowMs: number): readonly SyncOutput[] {
    this.headers.want(peer)
    return this.next(nowMs)
  }

  /** The peer's answer has been given to the chain. */
  onHeaders(peer: string, result: HeadersResult, nowMs: number): readonly SyncOutput[] {
    this.headers.answered(peer, result, nowMs)
    return this.next(nowMs)
  }

  onHeadersFailed(peer: string, nowMs: number): readonly SyncOutput[] {
    this.headers.failed(peer, nowMs)
    return this.next(nowMs)
  }

  /** Whether the block was asked of this peer. If so it counts as being judged until `onBlockJudged`. */
  isExpected(peer: string, hash: BlockHash, nowMs: number): boolean {
    return this.blocks.arrived(peer, hash, nowMs)
  }

  /** The block is being put together from a compact block: it is not asked for until `onBlockJudged`. */
  onRebuilding(hash: BlockHash): void {
    this.blocks.digest(hash)
  }

  /** The chain has stored or refused the block. */
  onBlockJudged(hash: BlockHash, nowMs: number): readonly SyncOutput[] {
    this.blocks.digested(hash)
    return this.next(nowMs)
  }

  /** The chain refused the block as this peer sent it: others may have the true one. */
  onBlockRefused(peer: string, hash: BlockHash): void {
    this.blocks.refused(peer, hash)
  }

  /** We can take the peer's next block. */
  onReady(peer: string, nowMs: number): readonly SyncOutput[] {
    this.blocks.ready(peer, nowMs)
    return this.next(nowMs)
  }

  onBlockMissing(peer: string, hash: BlockHash, nowMs: number): readonly SyncOutput[] {
    this.blocks.lacking(peer, hash, nowMs)
    return this.next(nowMs)
  }

  /** A request for these blocks is over, however it ended. */
  onBlocksEnded(peer: string, hashes: readonly BlockHash[], nowMs: number): readonly SyncOutput[] {
    this.blocks.ended(peer, hashes, nowMs)
    return this.next(nowMs)
  }

  /** Time passed, or the chain moved for another reason. */
  onWake(nowMs: number): readonly SyncOutput[] {
    return this.next(nowMs)
  }

  /** Blocks asked of a peer and not yet come. */
  inFlight(peer: string): readonly BlockHash[] {
    return this.blocks.askedOf(peer)
  }

  private next(nowMs: number): readonly SyncOutput[] {
    const outputs: SyncOutput[] = []
    for (const peer of new Set([...this.headers.stalled(nowMs), ...this.blocks.stalled(nowMs)])) {
      this.headers.removePeer(peer)
      this.blocks.removePeer(peer)
      outputs.push({ do: 'drop', peer, misdeed: 'stalled', why: 'owes an answer' })
    }
    outputs.push(...this.headers.ask(nowMs))
    const missing = this.blocks.hasRoom(nowMs) ? this.missing() : []
    for (const ask of this.blocks.ask(missing, nowMs)) outputs.push({ do: 'askBlocks', ...ask })
    const atMs = Math.min(this.headers.nextMs(nowMs), this.blocks.nextMs(nowMs))
    if (atMs !== Number.POSITIVE_INFINITY) outputs.push({ do: 'wake', atMs })
    return outputs
  }

  private missing(): readonly BlockEntry[] {
    const { chain, minimumChainWork } = this.deps
    return chain.bestHeader.chainWork < minimumChainWork ? [] : chain.missingBlocks(WINDOW_BLOCKS)
  }
}
