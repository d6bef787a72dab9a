import type { VirtualChain } from './virtual-chain.js'

/** Somebody who mines. Times are seconds since 1970, the true one with its fractions. */
export interface VirtualMiner {
  readonly hashesPerSec: number
  /** What its clock shows. */
  readonly clock: (trueSec: number) => number
  /** The time it gives a block. */
  readonly stamp: (chain: VirtualChain, nowSec: number) => number
  /** It judges nothing from the future by its own clock, its own blocks neither. */
  readonly careless?: boolean
}

const rightClock = (trueSec: number): number => Math.floor(trueSec)

/** As our own miner does: now, or as early as the rules allow. */
const honestStamp = (chain: VirtualChain, nowSec: number): number => Math.max(chain.earliestSec, nowSec)

export const honest = (hashesPerSec: number, clock = rightClock): VirtualMiner => ({
  hashesPerSec,
  clock,
  stamp: honestStamp,
})

export interface MinedBlock {
  /** When it was found. */
  readonly trueSec: number
  readonly timeSec: number
  readonly miner: VirtualMiner
}

/** Nobody waits longer than this before it looks at its clock again. */
const SLICE_SEC = 1

/** Time until somebody finds a block, if on average one in `meanSec` is found: it has no memory. */
const draw = (random: () => number, meanSec: number): number => -Math.log(1 - random()) * meanSec

/** Whether the miner would mine on this tip at all: its own clock must allow both the tip and the block. */
function isAtWork(miner: VirtualMiner, chain: VirtualChain, trueSec: number): boolean {
  const latest = miner.clock(trueSec) + chain.params.pow.futureLimitSec
  return miner.careless === true || (chain.tip.header.time <= latest && chain.earliestSec <= latest)
}

/** Lets time pass from one moment to another while these mine on one tip; the finders' blocks are judged by right clocks. */
export function mineUntil(
  chain: VirtualChain,
  miners: readonly VirtualMiner[],
  fromSec: number,
  untilSec: number,
  random: () => number,
): MinedBlock[] {
  const found: MinedBlock[] = []
  let trueSec = fromSec
  while (trueSec < untilSec) {
    const atWork = miners.filter(miner => isAtWork(miner, chain, trueSec))
    const rate = atWork.reduce((sum, miner) => sum + miner.hashesPerSec, 0)
    const waitSec = rate === 0 ? SLICE_SEC : draw(random, chain.workAt(Math.floor(trueSec)) / rate)
    trueSec += Math.min(waitSec, SLICE_SEC)
    if (waitSec > SLICE_SEC || rate === 0) continue
    const miner = pick(atWork, rate * random())
    const timeSec = miner.stamp(chain, miner.clock(trueSec))
    const judgedAt = miner.careless ? rightClock(trueSec) : Math.max(miner.clock(trueSec), rightClock(trueSec))
    const verdict = chain.add(timeSec, judgedAt)
    if (!verdict) found.push({ trueSec, timeSec, miner })
    else if (verdict.cause !== 'early') throw new Error(`${verdict.rule}: ${verdict.detail}`)
  }
  return found
}

/** Whoever the lot falls on, by hash rate. */
function pick(miners: readonly VirtualMiner[], lot: number): VirtualMiner {
  let left = lot
  return miners.find(({ hashesPerSec }) => (left -= hashesPerSec) < 0) ?? (miners.at(-1) as VirtualMiner)
}

/** Longest time that nobody found anything, the ends included. */
export function longestWait(found: readonly MinedBlock[], fromSec: number, untilSec: number): number {
  const moments = [fromSec, ...found.map(({ trueSec }) => trueSec), untilSec]
  return Math.max(...moments.slice(1).map((at, i) => at - (moments[i] as number)))
}
