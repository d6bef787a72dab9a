import { Worker } from 'node:worker_threads'
import type { Curve } from '@raistone/primitives'
import type { ScriptErrorName, ScriptFlags } from '@raistone/script'
import { batchesOf, inputCount } from './batch.js'
import { type Batch, CheckRun } from './check-run.js'
import { countingCurve } from './counting-curve.js'
import { type CurveTier, loadCurve } from './curve-tier.node.js'
import { checkLocally, createLocalVerifier } from './local.js'
import { nextTurn } from './next-turn.js'
import type { Packet, PacketResult } from './packet.js'
import type { ScriptChecks, ScriptFailure, ScriptJob, ScriptVerifier, SignatureTally } from './script-verifier.js'

export type { CurveTier } from './curve-tier.node.js'

export interface WorkerVerifierOptions {
  /** Worker threads besides the calling one, which helps. */
  readonly threads: number
  readonly curve: CurveTier
}

/** Below this many inputs the way to the workers and back costs more than it saves. */
const WORTH_A_MESSAGE = 16

/**
 * Messages that a worker has before it: more than it can answer while this thread is busy with a block. None of them
 * binds it to the worker: until it comes to one, this thread may do it, or drop it.
 */
const IN_FLIGHT = 16

/** Threads that may die without any of them finishing a batch before they are given up. */
const MOST_DEATHS = 8

/** What a worker has before it: the batch and whom it is for. */
interface Errand {
  readonly run: CheckRun
  readonly batch: Batch
}

const closed = (): Error => new Error('the verifier was closed')

/** Lets the thread finish what it has in hand: V8 may abort the process when one is terminated while its modules load. */
const endThread = (worker: Worker): Promise<void> =>
  new Promise(resolve => {
    worker.once('exit', () => resolve())
    worker.ref()
    worker.postMessage('end')
  })

class WorkerVerifier implements ScriptVerifier {
  readonly tier: string
  private readonly threads = new Map<Worker, Map<number, Errand>>()
  /** Those that are not over, oldest first. */
  private readonly runs: CheckRun[] = []
  private nextId = 0
  /** Threads that died since one last finished a batch. */
  private deaths = 0
  private closing = false
  /** For what is not worth a message. */
  private readonly local: ScriptVerifier

  constructor(
    private readonly curve: Curve,
    readonly workers: number,
  ) {
    this.tier = curve.name
    this.local = createLocalVerifier(curve)
    for (let i = 0; i < workers; i++) this.startThread()
  }

  private startThread(): void {
    const worker = new Worker(new URL('./worker.node.js', import.meta.url), { workerData: { curve: this.curve.name } })
    this.threads.set(worker, new Map())
    let why = new Error('a script checking thread stopped')
    worker.on('message', (result: PacketResult) => this.finish(worker, result))
    worker.on('error', error => {
      why = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', () => this.replace(worker, why))
    worker.unref()
  }

  /** A dead thread's batches are done again by another. Threads that die one after the other end all runs. */
  private replace(worker: Worker, why: Error): void {
    const errands = this.threads.get(worker)
    this.threads.delete(worker)
    if (this.closing || !errands) return
    for (const { run, batch } of errands.values()) run.lost(batch, why)
    if (++this.deaths <= MOST_DEATHS) this.startThread()
    else if (this.threads.size === 0) for (const run of [...this.runs]) run.fail(why)
    this.feed()
  }

  private finish(worker: Worker, { id, left, failure, signatures }: PacketResult): void {
    const errands = this.threads.get(worker)
    const errand = errands?.get(id)
    if (!errands || !errand) return
    errands.delete(id)
    errand.run.tally.signatures += signatures
    if (!left) this.deaths = 0
    if (!left) errand.run.finish(errand.batch, failure && this.failureOf(errand.batch, failure))
    if (errands.size === 0) worker.unref()
    this.feed()
  }

  private failureOf({ pieces }: Batch, failure: NonNullable<PacketResult['failure']>): ScriptFailure {
    const piece = pieces[failure.index]
    return { index: piece?.index ?? 0, input: failure.input, error: failure.error as ScriptErrorName }
  }

  /** Gives every thread with room its next batch, one round at a time so that all have something. */
  private feed(): void {
    for (let round = 1; round <= IN_FLIGHT; round++)
      for (const [worker, errands] of this.threads) if (errands.size < round && !this.send(worker, errands)) return
  }

  private send(worker: Worker, errands: Map<number, Errand>): boolean {
    for (const run of this.runs) {
      const batch = run.toSend()
      if (!batch) continue
      const { memory, claims, offsets } = run.packed
      const { order } = batch
      const offset = offsets[order] as number
      const packet: Packet = { id: this.nextId++, flags: run.flags, memory, count: claims.count, order, offset }
      errands.set(packet.id, { run, batch })
      worker.ref()
      worker.postMessage(packet)
      return true
    }
    return false
  }

  begin(jobs: readonly ScriptJob[], flags: ScriptFlags, tally: SignatureTally = { signatures: 0 }): ScriptChecks {
    if (this.workers === 0 || inputCount(jobs) < WORTH_A_MESSAGE) return this.local.begin(jobs, flags, tally)
    // Threads that end answer no more.
    if (this.closing) throw closed()
    const run = new CheckRun(batchesOf(jobs), flags, tally)
    this.runs.push(run)
    const over = (): void => {
      const at = this.runs.indexOf(run)
      if (at >= 0) this.runs.splice(at, 1)
    }
    run.result.then(over, over)
    this.feed()
    return {
      finish: async () => {
        await Promise.race([this.help(run), run.result])
        return run.result
      },
      abandon: () => run.fail(new Error('the checks were abandoned')),
    }
  }

  async verify(
    jobs: readonly ScriptJob[],
    flags: ScriptFlags,
    tally?: SignatureTally,
  ): Promise<ScriptFailure | undefined> {
    return this.begin(jobs, flags, tally).finish()
  }

  /**
   * Until the run is over this thread takes batches too, a slice at a time: of this run, and where threads have begun
   * all of those, of the next ones rather than wait. What it has begun then it ends beside its other work.
   */
  private async help(own: CheckRun): Promise<void> {
    await nextTurn()
    while (!own.over) {
      const errand = this.takeHere(own)
      if (!errand) return
      await this.checkHere(errand)
      await nextTurn()
    }
  }

  private takeHere(own: CheckRun): Errand | undefined {
    for (const run of [own, ...this.runs]) {
      const batch = run.takeHere()
      if (batch) return { run, batch }
    }
    return undefined
  }

  private async checkHere({ run, batch }: Errand): Promise<void> {
    const curve = countingCurve(this.curve, run.tally)
    try {
      run.finish(batch, await checkLocally(batch.pieces, run.flags, curve, () => run.matters(batch)))
    } catch (error) {
      // It may be another run than the one that is waited for.
      run.fail(error as Error)
    }
  }

  async close(): Promise<void> {
    this.closing = true
    for (const run of [...this.runs]) run.fail(closed())
    await Promise.all([...this.threads.keys()].map(endThread))
  }
}

/** Checks scripts on `threads` worker threads and this one. Throws if the machine does not have the curve. */
export async function createWorkerVerifier({ threads, curve }: WorkerVerifierOptions): Promise<ScriptVerifier> {
  return new WorkerVerifier(await loadCurve(curve), threads)
}
