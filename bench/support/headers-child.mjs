// Takes a file of headers into a chain in a folder, or opens that chain again, and tells what that cost.
// Run with --expose-gc: node headers-child.mjs (take FILE | open) FOLDER
import { closeSync, openSync, readSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createLocalVerifier, openChain } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { openLevelStore } from '@raistone/consensus/level'
import { decodeHeader, HEADER_SIZE, nobleCurve } from '@raistone/primitives'

/** What a peer sends at once. */
const BATCH = 2000
const MB = 1e6
const params = loadChain('regtest')
const [task, folder, file] = process.argv.slice(2)

/** After a full collection, in bytes. */
async function memory() {
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    globalThis.gc()
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, held: heapUsed + external }
}

async function open() {
  return openChain({
    params,
    store: await openLevelStore(folder),
    verifier: createLocalVerifier(nobleCurve),
    clock: { nowMs: () => (params.genesis.header.time + 2 ** 31) * 1000 },
  })
}

function* batches() {
  const input = openSync(file, 'r')
  const bytes = new Uint8Array(BATCH * HEADER_SIZE)
  for (let length = readSync(input, bytes); length > 0; length = readSync(input, bytes)) {
    const headers = []
    for (let at = 0; at < length; at += HEADER_SIZE) headers.push(decodeHeader(bytes.subarray(at, at + HEADER_SIZE)))
    yield headers
  }
  closeSync(input)
}

async function take() {
  const chain = await open()
  const before = await memory()
  let count = 0
  let decoding = 0
  let longestMs = 0
  const startMs = performance.now()
  let mark = startMs
  for (const headers of batches()) {
    const begunMs = performance.now()
    decoding += begunMs - mark
    const { reject } = chain.submitHeaders(headers)
    if (reject) throw new Error(reject.rule)
    count += headers.length
    longestMs = Math.max(longestMs, performance.now() - begunMs)
    await new Promise(resolve => setImmediate(resolve))
    mark = performance.now()
  }
  await chain.flush()
  const seconds = (performance.now() - startMs - decoding) / 1000
  const after = await memory()
  const report = {
    headersPerSec: count / seconds,
    longestMs,
    bytesPerHeader: (after.held - before.held) / count,
    residentPerHeader: (after.rss - before.rss) / count,
    peakMb: (process.resourceUsage().maxRSS * 1024) / MB,
    startMb: before.rss / MB,
  }
  await chain.close()
  return report
}

async function reopen() {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const startMb = (await memory()).rss / MB
  const startMs = performance.now()
  const chain = await open()
  const openMs = performance.now() - startMs
  delay.disable()
  const report = {
    openMs,
    longestMs: delay.max / 1e6,
    height: chain.bestHeader.height,
    startMb,
    residentMb: (await memory()).rss / MB,
    peakMb: (process.resourceUsage().maxRSS * 1024) / MB,
  }
  await chain.close()
  return report
}

console.log(JSON.stringify(await (task === 'take' ? take() : reopen())))
