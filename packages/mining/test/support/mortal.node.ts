import { parentPort, workerData } from 'node:worker_threads'
import type { SearchTask, SearchWorkerData } from '../../src/search/messages.js'
import { NonceScan } from '../../src/search/scan.js'

/** Dies of its first task in the process; those that come after it search as they should. */
parentPort?.on('message', ({ id, header, target, from, count }: SearchTask) => {
  const { current } = workerData as SearchWorkerData
  if (id === 1 && Atomics.load(new Int32Array(current), 0) === 1) throw new Error('out of breath')
  const nonce = new NonceScan(header, target).run(from, Math.min(count, 1000))
  parentPort?.postMessage({ id, nonce, tried: 1000 })
})
