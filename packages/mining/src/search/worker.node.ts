import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { SearchTask, SearchWorkerData } from './messages.js'
import { NonceScan } from './scan.js'

/** Between two looks at whether the task still stands: some ten milliseconds. */
const SLICE = 40_000
const LOWEST_PRIORITY = 19

/** Linux schedules threads one by one: this one only gets what the node's other threads leave. */
function yieldToOthers(): void {
  try {
    const thread = Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0])
    if (thread > 0) setPriority(thread, LOWEST_PRIORITY)
  } catch {
    // Elsewhere threads have no priority of their own: mining still works.
  }
}

const current = new Int32Array((workerData as SearchWorkerData).current)

function run({ id, header, target, from, count }: SearchTask): void {
  const scan = new NonceScan(header, target)
  let tried = 0
  let nonce = -1
  while (tried < count && nonce < 0 && Atomics.load(current, 0) === id) {
    const slice = Math.min(SLICE, count - tried)
    nonce = scan.run(from + tried, slice)
    tried += nonce < 0 ? slice : nonce - (from + tried) + 1
  }
  parentPort?.postMessage({ id, nonce, tried })
}

yieldToOthers()
parentPort?.on('message', run)
