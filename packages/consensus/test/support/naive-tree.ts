import type { Block, BlockHash } from '@raistone/primitives'
import type { BranchStatus } from '../../src/chain/branch-tips.js'

interface Node {
  readonly block: Block
  readonly parent: Node | undefined
  readonly height: number
  /** The block fails when it is connected. */
  readonly bad: boolean
  failed: boolean
  disowned: boolean
  data: boolean
  /** Order in which blocks became complete. */
  order: number | undefined
  /** By the operator; beats every order. */
  rank: number | undefined
  connected: boolean
  /** Children whose block came before this one was complete, in the order they came. */
  waiting: Node[]
}

/** Hash in the order of its bytes, as headers of one height lie on the disk. */
const onDisk = ({ block }: Node): string => (block.hash.match(/../g) as string[]).reverse().join('')

/** The rules for the best chain done plainly: every question is answered by looking at every block. All work is equal. */
export class NaiveTree {
  private readonly nodes = new Map<BlockHash, Node>()
  private readonly root: Node
  private nextOrder = 1
  private nextRank = -1
  private rankedAt = -1
  tip: Node

  constructor(genesis: Block, branches: readonly (readonly Block[])[], bad: readonly Block[]) {
    this.root = this.add(genesis, undefined, 0, false)
    this.root.data = true
    this.root.order = 0
    this.root.connected = true
    for (const blocks of branches) {
      let parent = this.root
      for (const block of blocks)
        parent = this.nodes.get(block.hash) ?? this.add(block, parent, parent.height + 1, bad.includes(block))
    }
    this.tip = this.root
  }

  private add(block: Block, parent: Node | undefined, height: number, bad: boolean): Node {
    const known = { failed: false, disowned: false, data: false, order: undefined, rank: undefined, connected: false }
    const node: Node = { block, parent, height, bad, ...known, waiting: [] }
    this.nodes.set(block.hash, node)
    return node
  }

  private node(block: Block): Node {
    return this.nodes.get(block.hash) as Node
  }

  private path(node: Node): Node[] {
    const path: Node[] = []
    for (let at: Node | undefined = node; at; at = at.parent) path.push(at)
    return path.reverse()
  }

  private isInvalid = (node: Node): boolean => this.path(node).some(({ failed, disowned }) => failed || disowned)

  deliver(block: Block): void {
    const node = this.node(block)
    if (node.data || this.isInvalid(node)) return
    node.data = true
    if (node.parent?.order === undefined) {
      node.parent?.waiting.push(node)
      return
    }
    const complete = [node]
    for (const next of complete) {
      next.order = this.nextOrder++
      complete.push(...next.waiting.splice(0))
    }
    this.choose()
  }

  invalidate(block: Block): void {
    this.node(block).disowned = true
    this.choose()
  }

  reconsider(block: Block): void {
    const node = this.node(block)
    for (const other of this.nodes.values()) {
      if (!this.path(node).includes(other) && !this.path(other).includes(node)) continue
      other.failed = false
      other.disowned = false
    }
    this.choose()
  }

  prefer(block: Block): void {
    const node = this.node(block)
    if (node.height < this.tip.height) return
    if (this.tip.height > this.rankedAt) this.nextRank = -1
    this.rankedAt = this.tip.height
    node.rank = this.nextRank--
    this.choose()
  }

  /** Ranks are forgotten; the tip stays the tip. */
  reopen(): void {
    for (const node of this.nodes.values()) {
      node.rank = undefined
      node.waiting.sort((a, b) => (onDisk(a) < onDisk(b) ? -1 : 1))
    }
    this.tip.rank = 0
    this.nextRank = -1
    this.rankedAt = -1
  }

  private better = (a: Node, b: Node): number =>
    b.height - a.height || (a.rank ?? (a.order as number)) - (b.rank ?? (b.order as number))

  private choose(): void {
    for (;;) {
      const [best] = [...this.nodes.values()]
        .filter(node => node.order !== undefined && !this.isInvalid(node))
        .sort(this.better)
      const path = this.path(best as Node)
      const failing = path.findIndex(({ bad }) => bad)
      for (const node of failing < 0 ? path : path.slice(0, failing)) node.connected = true
      if (failing < 0) {
        this.tip = best as Node
        return
      }
      ;(path[failing] as Node).failed = true
    }
  }

  /** Blocks of the best chain, genesis left out. */
  get blocks(): Block[] {
    return this.path(this.tip)
      .slice(1)
      .map(({ block }) => block)
  }

  /** Height of the best header. */
  get bestHeight(): number {
    return Math.max(...[...this.nodes.values()].filter(node => !this.isInvalid(node)).map(({ height }) => height))
  }

  /** Status and length of each branch, by the hash of its end. */
  get branches(): Map<BlockHash, readonly [BranchStatus, number]> {
    const active = this.path(this.tip)
    const parents = new Set([...this.nodes.values()].map(({ parent }) => parent))
    const ends = [...this.nodes.values()].filter(node => !parents.has(node) && !active.includes(node))
    const statusOf = (node: Node): BranchStatus =>
      this.isInvalid(node)
        ? 'invalid'
        : node.order === undefined
          ? 'headers-only'
          : node.connected
            ? 'valid-fork'
            : 'valid-headers'
    const lengthOf = (node: Node): number => this.path(node).filter(each => !active.includes(each)).length
    return new Map([
      [this.tip.block.hash, ['active', 0]],
      ...ends.map(node => [node.block.hash, [statusOf(node), lengthOf(node)]] as const),
    ])
  }
}
