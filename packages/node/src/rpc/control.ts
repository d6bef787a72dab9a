import type { Handlers } from '@raistone/rpc'
import type { RpcContext } from './context.js'

/** Longest pause that `stop` takes before it answers. */
const MAX_WAIT_MS = 60_000

/** The node itself. */
export function controlHandlers(context: RpcContext): Pick<Handlers, 'stop' | 'uptime'> {
  return {
    stop: async ({ wait }) => {
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, Math.min(wait, MAX_WAIT_MS)))
      context.stop()
      return 'Raistone stopping'
    },
    uptime: () => Math.max(0, Math.floor((context.clock.nowMs() - context.startedAtMs) / 1000)),
  }
}
