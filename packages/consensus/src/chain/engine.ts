import type { Block } from '@raistone/primitives'
import { Emitter } from '../emitter.js'
import { checkHeaderAlone } from '../rules/header/alone.js'
import { isDamage } from '../store/store-error.js'
import type { Reject } from '../verdict.js'
import { inSlices } from '../verify/next-turn.js'
import { acceptBlockInSteps } from './accept-block.js'
import { type ActivationDeps, activateBest, settleNext } from './activate.js'
import type { ChainParts, Coinage } from './chain-parts.js'
import type { ChainEvents } from './events.js'
import type { Failed, Step } from './ledger.js'
import { ReplayDebt } from './replay-debt.js'
import { Snapshots } from './snapshots.js'
import type { Submitted } from './submitted.js'
import { Teller } from './teller.js'
import type { TreeEntry } from './tree-entry.js'
import { Turns } from './turns.js'

/** How long a group of blocks may wait for others before it is written. */
const GROUP_MS = 250

/**
 * Does the chain's work, one piece after the other: takes blocks, makes the best chain, writes in groups, and tells what is
 * on the disk.
 */
export class Engine {
  readonly emitter = new Emitter<ChainEvents>()
  readonly turns: Turns
  readonly teller: Teller
  readonly snapshots: Snapshots
  /** Why blocks failed, as long as we remember. */
  readonly reasons = new Map<TreeEntry, Reject>()
  private activation: ActivationDeps
  private groupSince = 0
  private readonly debt = new ReplayDebt()
  /** When something was last connected or taken back. */
  private steppedMs = 0
  /** The best chain is being looked for. */
  private changing = false
  /** A write that is under way while other work goes on. */
  private writing: Promise<void> | undefined

  constructor(
    private readonly parts: ChainParts,
    isDownloading: () => boolean,
  ) {
    this.turns = new Turns(
      () => this.settle(),
      why => this.noteFailure(why),
    )
    this.teller = new Teller(this.emitter, [...parts.ledger.path], isDownloading)
    this.activation = this.activationOf(parts)
    this.snapshots = new Snapshots(parts, {
      work: run => this.work(run),
      guard: work => this.turns.guard(work),
      flush: () => this.flushCoins(),
      replace: coinage => this.replace(coinage),
      activate: () => this.activate(),
      verified: entry => this.emitter.emit('verified', { entry }),
      judged: verdict => this.emitter.emit('judged', verdict),
    })
    if (this.snapshots.history) this.turns.nudge()
  }

  private activationOf({ tree, ledger, records, coins, pruner, mostHeight }: ChainParts): ActivationDeps {
    return {
      tree,
      ledger,
      records,
      mayBegin: height => height <= mostHeight,
      mustFlush: () => coins.full || this.debt.tooMuch || pruner?.due(ledger.head.height) === true,
      flush: () => this.flushCoins(),
      stepped: step => this.stepped(step),
      recorded: () => this.recorded(),
      failed: failure => this.remember(failure),
    }
  }

  /** Goes on with other coins. */
  private async replace({ coins, ledger }: Coinage): Promise<void> {
    this.parts.coins = coins
    this.parts.ledger = ledger
    this.activation = this.activationOf(this.parts)
    this.debt.clear()
    this.teller.jump(ledger.path)
    this.parts.tree.refill(ledger.head)
    await this.activate()
  }

  /** What the operator changes: the best chain is looked for anew. */
  control(run: (deps: ActivationDeps) => Promise<void>): Promise<void> {
    return this.work(() => this.andTell(() => run(this.activation)))
  }

  /** What became of the block is to be asked when everything begun by now is over. */
  async takeBlock(block: Block): Promise<() => Submitted> {
    const { tree, ledger, params, slices } = this.parts
    await slices.pause()
    if (!checkHeaderAlone(block.header, block.hash, params)) await ledger.headStart(block, tree.get(block.hash))
    try {
      return await this.judgeBlock(block)
    } finally {
      ledger.endHeadStart()
    }
  }

  private async judgeBlock(block: Block): Promise<() => Submitted> {
    const { tree, records, ledger, slices } = this.parts
    let failure: Failed | undefined
    const accepting = acceptBlockInSteps(block, this.parts, records, (entry, reject) => {
      failure = { entry, reject }
      this.remember(failure)
      tree.fail(entry)
      records.touch(entry)
    })
    const outcome = await inSlices(accepting, slices)
    if (failure && this.snapshots.history?.isOnTheWay(failure.entry)) await this.snapshots.refute(failure)
    const { reject } = outcome
    if (reject) return () => ({ reject })
    const { entry, duplicate } = outcome.value
    if (!duplicate) await this.activate(block)
    return () => {
      if (entry.invalid) return { reject: this.reasonOf(entry) }
      const connected = ledger.has(entry) && !this.snapshots.isAssumed(entry)
      return { state: duplicate ? 'duplicate' : connected ? 'connected' : 'stored', entry }
    }
  }

  private remember({ entry, reject }: Failed): void {
    this.reasons.set(entry, reject)
  }

  private reasonOf(entry: TreeEntry): Reject {
    return this.reasons.get(entry) ?? { rule: 'bad-prevblk', cause: 'consensus', detail: entry.header.prev }
  }

  private activate(block?: Block): Promise<void> {
    return this.andTell(() => activateBest(this.activation, block))
  }

  private async andTell(change: () => Promise<void>): Promise<void> {
    this.changing = true
    try {
      await change()
    } finally {
      this.changing = false
    }
    this.teller.leadsTo(this.parts.ledger.head)
  }

  private async stepped(step: Step): Promise<void> {
    this.teller.add(step)
    this.debt.add(step)
    this.steppedMs = performance.now()
    if (this.teller.bytes > this.parts.groupBytes) await this.write()
  }

  /** With nothing else to do, a block goes to the disk while its coins are applied and its scripts are being checked. */
  private recorded(): void {
    if (this.turns.idle && this.parts.ledger.inFlight === 0) this.writeMeanwhile()
  }

  /** After each piece of work: a group is written when it is large or old; with nothing else to do, all is brought to its end. */
  private async settle(): Promise<void> {
    if (this.turns.failure) throw this.turns.failure
    await this.parts.slices.pause()
    this.deliver()
    if (!this.turns.idle) {
      const young = performance.now() - this.groupSince < GROUP_MS
      if (young && this.parts.records.bytes < this.parts.groupBytes) return
      await this.writing
      this.writeMeanwhile()
      return
    }
    // Blocks go to the disk while their scripts are being checked.
    this.writeMeanwhile()
    while (this.parts.ledger.inFlight > 0 && this.turns.idle) await this.settleNext()
    await this.writing
    await this.writeRest()
    const { records, groupBytes } = this.parts
    while (this.turns.idle && (await this.snapshots.verify(() => this.turns.idle && records.bytes < groupBytes)))
      await this.writeRest()
    await this.writeRest()
  }

  private async writeRest(): Promise<void> {
    const { records } = this.parts
    if (records.version > records.durable) await this.write()
    else this.deliver()
  }

  private settleNext(): Promise<void> {
    return this.andTell(() => settleNext(this.activation))
  }

  /** Waits until nothing is in flight: what is asked of the ledger now is about its head. */
  async land(): Promise<void> {
    while (this.parts.ledger.inFlight > 0) await this.settleNext()
  }

  private writeMeanwhile(): void {
    this.writing = this.write()
    // Whoever waits for it hears of it; nobody else has to.
    this.writing.catch(() => undefined)
  }

  /** Makes what was done durable, then tells it. */
  async write(): Promise<void> {
    this.groupSince = performance.now()
    await this.parts.records.commit()
    this.deliver()
  }

  private deliver(): void {
    const { records, ledger } = this.parts
    if (this.turns.failure) return
    this.teller.tellTo(records.durable)
    // What became of a block is not certain before the best chain is found.
    if (!this.changing) this.teller.answerTo(records.durable, ledger.over)
  }

  async flushCoins(): Promise<void> {
    const { ledger, pruner } = this.parts
    await this.write()
    await ledger.flush()
    this.debt.clear()
    await pruner?.relieve(ledger.head.height)
  }

  /** Flushes the coins if nothing was connected for so long, and a crash would cost a lot; whether it did. */
  async flushIfIdle(idleMs: number, nowMs = performance.now()): Promise<boolean> {
    const isIdle = this.turns.idle && nowMs - this.steppedMs >= idleMs
    if (!isIdle || !this.debt.worthFlushing || !this.turns.working) return false
    await this.flush()
    return true
  }

  /** Brings everything, coins included, to the disk. */
  flush(): Promise<void> {
    return this.work(async () => {
      await this.snapshots.history?.flush()
      await this.flushCoins()
    })
  }

  /** Finishes the work in hand, flushes and closes the store; rejects if that fails, the store being closed all the same. */
  close(): Promise<void> {
    const loading = this.snapshots.stop()
    return this.turns.end(
      () => this.flush(),
      async () => {
        await loading
        await this.parts.store.close(this.turns.failure === undefined)
      },
    )
  }

  /** Runs in turn, with nothing in flight. The answer is given after the next write; what it throws stops the chain. */
  work<T>(run: () => Promise<T>): Promise<T> {
    return this.turns.take<T>(async answer => {
      await this.land()
      const value = await run()
      this.answerLater(() => answer(value))
    })
  }

  answerLater(give: () => void): void {
    const { records, ledger } = this.parts
    this.teller.answer(give, records.version, ledger.begun)
  }

  /** What a failure leaves to be done before it is told: damaged coins are made again at the next start. */
  private async noteFailure(why: Error): Promise<void> {
    this.parts.ledger.abandon()
    this.snapshots.history?.abandon()
    await this.writing?.catch(() => undefined)
    if (isDamage(why)) await this.snapshots.onDamage().catch(() => undefined)
  }
}
