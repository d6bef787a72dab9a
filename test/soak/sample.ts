import { EventEmitter } from 'node:events'
import { queryObjects } from 'node:v8'
import type { RunningNode } from '@raistone/node'

/** What a process holds at one moment, its garbage collected. */
export interface Sample {
  readonly heap: number
  readonly arrayBuffers: number
  readonly external: number
  /** What keeps the event loop alive, or would. */
  readonly handles: number
  /** Of this process and of the node's sources of events. */
  readonly listeners: number
  /** Objects of Node.js that tell events: sockets, servers, streams, threads. */
  readonly emitters: number
}

/** The listeners that an `Emitter` holds, which is nobody's business but ours. */
const heard = (source: unknown): number =>
  [...(source as { listeners: ReadonlyMap<unknown, ReadonlySet<unknown>> }).listeners.values()].reduce(
    (sum, listeners) => sum + listeners.size,
    0,
  )

const ofProcess = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)

/** Needs `--expose-gc`. */
export function takeSample({ chain, mempool }: RunningNode): Sample {
  const emitters = queryObjects(EventEmitter, { format: 'count' })
  // The first leaves behind what only finalizers let go.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers, external } = process.memoryUsage()
  return {
    heap: heapUsed,
    arrayBuffers,
    external,
    handles: process.getActiveResourcesInfo().length,
    listeners: ofProcess() + heard(chain.events) + heard(mempool.events),
    emitters,
  }
}
