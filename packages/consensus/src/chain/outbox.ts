import type { Step } from './ledger.js'

interface Answer {
  readonly give: () => void
  /** Of the records, that must be on the disk before. */
  readonly version: number
  /** Blocks that must be over before. */
  readonly over: number
}

/** What was done and is not told yet: it is told in order, when the disk has it. */
export class Outbox {
  private readonly steps: Step[] = []
  private readonly answers: Answer[] = []
  /** Bytes of the blocks that wait here. */
  bytes = 0

  constructor(private readonly tell: (step: Step) => void) {}

  add(step: Step): void {
    this.steps.push(step)
    this.bytes += step.block.raw.length
  }

  /** To be given once the disk has this version and so many blocks are over, after the steps told before it. */
  answer(give: () => void, version: number, over: number): void {
    this.answers.push({ give, version, over })
  }

  /** Tells and answers what can be; whether a step was told. */
  deliver(durable: number, over: number): boolean {
    let told = false
    for (let step = this.steps[0]; step && step.version <= durable; step = this.steps[0]) {
      this.steps.shift()
      this.bytes -= step.block.raw.length
      this.tell(step)
      told = true
    }
    for (let next = this.answers[0]; next && next.version <= durable && next.over <= over; next = this.answers[0]) {
      this.answers.shift()
      next.give()
    }
    return told
  }
}
