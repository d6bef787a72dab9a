import { Worker } from 'node:worker_threads'
import { encodeHeader, type Header, NONCES } from '@raistone/primitives'
import type { SearchResult, SearchTask, SearchWorkerData } from './messages.js'
import type { NonceSearch, SearchOptions } from './nonce-search.js'
import { solvedHeader } from './solved.js'

interface Job {
  readonly id: number
  readonly header: Header
  readonly target: bigint
  /** Workers that have not answered. */
  open: number
  readonly settle: (solved: Header | undefined) => void
  readonly fail: (error: Error) => void
}

/**
 * Worker threads of lowest priority, each with its share of the nonces. One search at a time: a new one ends the last.
 * The threads are started by the first search, and one that dies is replaced by the next.
 */
class WorkerSearch implements NonceSearch {
  hashes = 0
  private readonly current = new Int32Array(new SharedArrayBuffer(4))
  private readonly workers: (Worker | undefined)[]
  private closed = false
  private job: Job | undefined
  private lastId = 0

  constructor(
    threads: number,
    private readonly script: URL,
  ) {
    this.workers = new Array<undefined>(threads).fill(undefined)
  }

  private startWorker(slot: number): Worker {
    const workerData: SearchWorkerData = { current: this.current.buffer as SharedArrayBuffer }
    const worker = new Worker(this.script, { workerData })
    let why = new Error('a search thread ended')
    worker.on('message', (result: SearchResult) => this.onResult(result))
    worker.on('error', error => {
      why = error
    })
    worker.on('exit', () => this.onDeath(slot, why))
    this.workers[slot] = worker
    return worker
  }

  search(
    header: Header,
    target: bigint,
    { signal, mostTries = NONCES }: SearchOptions = {},
  ): Promise<Header | undefined> {
    this.end(undefined)
    if (signal?.aborted || this.closed) return Promise.resolve(undefined)
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (this.job?.id === id) this.end(undefined)
      }
      const done = (): void => signal?.removeEventListener('abort', onAbort)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.job = {
        id,
        header,
        target,
        open: this.workers.length,
        settle: solved => {
          done()
          resolve(solved)
        },
        fail: error => {
          done()
          reject(error)
        },
      }
      this.start(id, encodeHeader(header), target, Math.min(mostTries, NONCES))
    })
  }

  private start(id: number, header: Uint8Array, target: bigint, mostTries: number): void {
    Atomics.store(this.current, 0, id)
    const share = Math.ceil(mostTries / this.workers.length)
    for (let slot = 0; slot < this.workers.length; slot++) {
      const from = slot * share
      const task: SearchTask = { id, header, target, from, count: Math.max(0, Math.min(share, mostTries - from)) }
      const worker = this.workers[slot] ?? this.startWorker(slot)
      worker.postMessage(task)
    }
  }

  private onResult({ id, nonce, tried }: SearchResult): void {
    this.hashes += tried
    const { job } = this
    if (job?.id !== id) return
    job.open--
    if (nonce >= 0) this.onFound(job, nonce)
    else if (job.open === 0) this.end(undefined)
  }

  private onFound({ header, target }: Job, nonce: number): void {
    try {
      this.end(solvedHeader(header, nonce, target))
    } catch (error) {
      this.fail(error as Error)
    }
  }

  private onDeath(slot: number, error: Error): void {
    this.workers[slot] = undefined
    this.fail(error)
  }

  private fail(error: Error): void {
    const { job } = this
    this.job = undefined
    Atomics.store(this.current, 0, 0)
    job?.fail(error)
  }

  private end(solved: Header | undefined): void {
    const { job } = this
    this.job = undefined
    Atomics.store(this.current, 0, 0)
    job?.settle(solved)
  }

  async close(): Promise<void> {
    this.closed = true
    this.end(undefined)
    await Promise.all(this.workers.map(worker => worker?.terminate()))
  }
}

export interface WorkerSearchOptions {
  readonly threads: number
  /** What the threads run; the search for a nonce if left out. */
  readonly script?: URL
}

/** Searches on so many threads of the machine, which get only what nothing else needs. */
export const createWorkerSearch = ({
  threads,
  script = new URL('./worker.node.js', import.meta.url),
}: WorkerSearchOptions): NonceSearch => new WorkerSearch(threads, script)
