import { Worker } from 'node:worker_threads'
import { encodeHeader, type Header } from '@raistone/primitives'
import type { SearchResult, SearchTask, SearchWorkerData } from './messages.js'
import type { NonceSearch, SearchOptions } from './nonce-search.js'
import { NONCES } from './scan.js'

interface Job {
  readonly id: number
  readonly header: Header
  open: number
  readonly settle: (solved: Header | undefined) => void
  readonly fail: (error: Error) => void
}

/** Worker threads of lowest priority, each with its share of the nonces. One search at a time: a new one ends the last. */
class WorkerSearch implements NonceSearch {
  hashes = 0
  private readonly current = new Int32Array(new SharedArrayBuffer(4))
  private readonly workers: Worker[]
  private job: Job | undefined
  private lastId = 0

  constructor(threads: number) {
    const workerData: SearchWorkerData = { current: this.current.buffer as SharedArrayBuffer }
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./worker.node.js', import.meta.url), { workerData })
      worker.on('message', (result: SearchResult) => this.onResult(result))
      worker.on('error', error => this.onError(error))
      return worker
    })
  }

  search(
    header: Header,
    target: bigint,
    { signal, mostTries = NONCES }: SearchOptions = {},
  ): Promise<Header | undefined> {
    this.end(undefined)
    if (signal?.aborted) return Promise.resolve(undefined)
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
      this.start(id, encodeHeader(header), target, mostTries)
    })
  }

  private start(id: number, header: Uint8Array, target: bigint, mostTries: number): void {
    Atomics.store(this.current, 0, id)
    const share = Math.ceil(mostTries / this.workers.length)
    this.workers.forEach((worker, i) => {
      const from = i * share
      const task: SearchTask = { id, header, target, from, count: Math.max(0, Math.min(share, mostTries - from)) }
      worker.postMessage(task)
    })
  }

  private onResult({ id, nonce, tried }: SearchResult): void {
    this.hashes += tried
    if (this.job?.id !== id) return
    this.job.open--
    if (nonce >= 0) this.end({ ...this.job.header, nonce })
    else if (this.job.open === 0) this.end(undefined)
  }

  private onError(error: Error): void {
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
    this.end(undefined)
    await Promise.all(this.workers.map(worker => worker.terminate()))
  }
}

/** Searches on so many threads of the machine, which get only what nothing else needs. */
export const createWorkerSearch = ({ threads }: { readonly threads: number }): NonceSearch => new WorkerSearch(threads)
