import type { Step } from './ledger.js'

/** What a start after a crash may have to connect again: more would take it too long. */
const MOST = { blocks: 5000, bytes: 20_000_000, inputs: 75_000 } as const

/** What is worth a flush when there is nothing else to do. */
const WORTHWHILE = { blocks: 250, bytes: 1_000_000, inputs: 4000 } as const

/** Blocks that a crash would make us connect again, because the coins have not been flushed since. */
export class ReplayDebt {
  private readonly owed = { blocks: 0, bytes: 0, inputs: 0 }

  add({ block }: Pick<Step, 'block'>): void {
    this.owed.blocks++
    this.owed.bytes += block.raw.length
    for (const { inputs } of block.transactions) this.owed.inputs += inputs.length
  }

  clear(): void {
    Object.assign(this.owed, { blocks: 0, bytes: 0, inputs: 0 })
  }

  private exceeds(limit: Readonly<typeof this.owed>): boolean {
    const { blocks, bytes, inputs } = this.owed
    return blocks > limit.blocks || bytes > limit.bytes || inputs > limit.inputs
  }

  /** The coins should be flushed before more is connected. */
  get tooMuch(): boolean {
    return this.exceeds(MOST)
  }

  get worthFlushing(): boolean {
    return this.exceeds(WORTHWHILE)
  }
}
