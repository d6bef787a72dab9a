import type { Emitter } from '../emitter.js'
import type { BlockEntry } from './block-entry.js'
import type { ChainEvents } from './events.js'
import type { Step } from './ledger.js'
import type { TreeEntry } from './tree-entry.js'

interface Answer {
  readonly give: () => void
  /** Of the records, that must be on the disk before. */
  readonly version: number
  /** Blocks that must be over before. */
  readonly over: number
}

/** Tells what was done, in order, when the disk has it. Until then it keeps what is to be told. */
export class Teller {
  private readonly steps: Step[] = []
  private readonly answers: Answer[] = []
  /** Bytes of the blocks that wait to be told. */
  bytes = 0
  /** While a reorganisation is told: the block it leads to, once that is known. */
  private switching: { end: TreeEntry | undefined } | undefined
  private tipIsUntold = false

  constructor(
    private readonly emitter: Emitter<ChainEvents>,
    /** Connected blocks by height, as told. */
    readonly path: TreeEntry[],
    private readonly initialDownload: () => boolean,
  ) {}

  get tip(): BlockEntry {
    return this.path.at(-1) as TreeEntry
  }

  add(step: Step): void {
    if (step.did === 'disconnect') this.switching = { end: undefined }
    this.steps.push(step)
    this.bytes += step.block.raw.length
  }

  /** The chain was taken this far: a reorganisation ends here. */
  leadsTo(head: TreeEntry): void {
    if (this.switching) this.switching.end = head
  }

  /** To be given once the disk has this version and so many blocks are over, after the steps told before it. */
  answer(give: () => void, version: number, over: number): void {
    this.answers.push({ give, version, over })
  }

  /** Tells the steps that the disk has at this version. */
  tellTo(durable: number): void {
    for (let step = this.steps[0]; step && step.version <= durable; step = this.steps[0]) {
      this.steps.shift()
      this.bytes -= step.block.raw.length
      this.tell(step)
    }
  }

  /** After `tellTo`: answers what can be answered with so many blocks over, and tells where the chain stands. */
  answerTo(durable: number, over: number): void {
    for (let next = this.answers[0]; next && next.version <= durable && next.over <= over; next = this.answers[0]) {
      this.answers.shift()
      next.give()
    }
    this.tellTip()
  }

  /** The chain stands elsewhere, without a way from where it stood; all steps were told. */
  jump(path: readonly TreeEntry[]): void {
    this.path.length = path.length
    for (const [height, entry] of path.entries()) this.path[height] = entry
    this.tipIsUntold = true
    this.emitter.emit('jumped', { entry: this.tip })
  }

  private tell(step: Step): void {
    this.tipIsUntold = true
    const { entry, block } = step
    if (step.did === 'connect') {
      this.path.push(entry)
      this.emitter.emit('connected', { entry, block, spent: step.spent })
    } else {
      this.path.pop()
      this.emitter.emit('disconnected', { entry, block })
    }
  }

  /** Also where a reorganisation led back to the old tip: whoever was told of disconnects waits for the end of it. */
  private tellTip(): void {
    const { tip } = this
    if (this.switching?.end === tip) this.switching = undefined
    if (!this.tipIsUntold || this.switching) return
    this.tipIsUntold = false
    this.emitter.emit('tip', { entry: tip, initialDownload: this.initialDownload() })
  }
}
