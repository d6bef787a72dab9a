import type { BlockHash, Height } from '@raistone/primitives'

export interface SeenBlock {
  readonly height: Height
  readonly hash: BlockHash
}

/** Of the newest blocks each is remembered, of older ones one in so many. */
const REMEMBERED = 200
const SPARSE = 100

/** The blocks a wallet has looked at, by which it knows where a reorganisation began. */
export class Trail {
  private blocks: SeenBlock[]

  constructor(
    seen: readonly SeenBlock[],
    /** First block to look at. */
    private first: Height,
  ) {
    this.blocks = [...seen]
  }

  get seen(): readonly SeenBlock[] {
    return this.blocks
  }

  get birthday(): Height {
    return this.first
  }

  get last(): SeenBlock | undefined {
    return this.blocks.at(-1)
  }

  /** Height of the last block looked at; one before the birthday without any. */
  get height(): Height {
    return this.last?.height ?? this.first - 1
  }

  add(block: SeenBlock): void {
    this.blocks.push(block)
  }

  removeLast(): void {
    this.blocks.pop()
    // Nothing that was seen is left: this is another chain, which the birthday says nothing about.
    if (this.blocks.length === 0) this.first = 0
  }

  /** As if nothing had been looked at, from the birthday or an earlier block. */
  startOver(first: Height = this.first): void {
    this.blocks = []
    this.first = Math.min(this.first, first)
  }

  thinOut(): void {
    const newest = this.height
    this.blocks = this.blocks.filter(({ height }) => height > newest - REMEMBERED || height % SPARSE === 0)
  }
}
