import { parentPort } from 'node:worker_threads'
import type { SearchTask } from '../../src/search/messages.js'

/** Says of any nonce that it solves. */
parentPort?.on('message', ({ id, from }: SearchTask) => parentPort?.postMessage({ id, nonce: from, tried: 1 }))
