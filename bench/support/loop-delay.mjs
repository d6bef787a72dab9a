// To be imported before a program: how long its main thread's event loop keeps others waiting, told in a file at its end.
import { readFileSync, writeFileSync } from 'node:fs'
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const file = process.env.RAISTONE_BENCH_LOOP_DELAY
const ms = nanoseconds => Number((nanoseconds / 1e6).toFixed(1))
const quantiles = delay => ({
  p50Ms: ms(delay.percentile(50)),
  p99Ms: ms(delay.percentile(99)),
  mostMs: ms(delay.max),
})

/** CPU time of this thread in nanoseconds, as Linux tells, to a few milliseconds; undefined elsewhere. */
function workedNs() {
  try {
    return BigInt(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0])
  } catch {
    return undefined
  }
}

/** The thread's work between two turns of a timer of a millisecond. */
function watchWork() {
  const work = createHistogram()
  let last = workedNs()
  if (last === undefined) return undefined
  const look = () => {
    const now = workedNs()
    if (now > last) work.record(now - last)
    last = now
  }
  setInterval(look, 1).unref()
  return work
}

if (isMainThread && file) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const work = watchWork()
  process.on('exit', () =>
    writeFileSync(file, JSON.stringify({ ...quantiles(delay), ...(work && { atWork: quantiles(work) }) })),
  )
}
