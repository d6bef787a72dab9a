import type { Chain } from '@raistone/consensus'
import type { Log } from '@raistone/network'
import type { Service } from './service.js'

/** Without a new block before coins are brought to the disk. */
const IDLE_MS = 5000
const LOOK_EVERY_MS = 2500

/** Runs something now and then; what it returns ends that. */
export type Repeat = (run: () => void, everyMs: number) => () => void

const byTimer: Repeat = (run, everyMs) => {
  const timer = setInterval(run, everyMs)
  return () => clearInterval(timer)
}

/** Brings coins to the disk when no block comes, so that a crash costs the next start little. */
export function idleFlush(chain: Pick<Chain, 'flushIfIdle'>, log: Log, repeat = byTimer): Service {
  let end: (() => void) | undefined
  const look = async (): Promise<void> => {
    // What goes wrong stops the chain, and whoever watches it hears of it.
    const flushed = await chain.flushIfIdle(IDLE_MS).catch(() => false)
    if (flushed) log.debug('coins flushed')
  }
  return {
    name: 'idle flush',
    start: () => {
      end = repeat(() => void look(), LOOK_EVERY_MS)
    },
    stop: () => end?.(),
  }
}
