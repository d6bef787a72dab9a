// What a million headers cost, in time and in memory: taken in by 2,000 at a time, and read again by the next start.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadChain } from '@raistone/consensus/builtin'
import { HEADER_SIZE, hashHeaderBytes } from '@raistone/primitives'
import { withFolder } from './support/folder.mjs'
import { headerBytes } from './support/header-chain.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'

const child = fileURLToPath(new URL('support/headers-child.mjs', import.meta.url))
const options = readOptions(process.argv.slice(2))
const count = Number(options.headers ?? 1_000_000)
/** What the whole process may grow by, taking them in and opening them again, in megabytes. */
const MOST_MB = 250
const HASHED = 200_000

function writeHeaders(file) {
  const output = openSync(file, 'w')
  for (const step of headerBytes(loadChain('regtest').genesis, count, 10_000)) writeSync(output, step)
  closeSync(output)
}

function run(...words) {
  const done = spawnSync(process.execPath, ['--expose-gc', child, ...words], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`headers: exit code ${done.status}\n${done.stderr}`)
  return JSON.parse(done.stdout)
}

/** Hashes a second: each header's own, one by one. */
function reference(file) {
  const bytes = readFileSync(file).subarray(0, HASHED * HEADER_SIZE)
  const startMs = performance.now()
  for (let at = 0; at < bytes.length; at += HEADER_SIZE) hashHeaderBytes(bytes.subarray(at, at + HEADER_SIZE))
  return (bytes.length / HEADER_SIZE / (performance.now() - startMs)) * 1000
}

const taken = []
const opened = []

function takeInto(chain, file) {
  taken.push(run('take', chain, file))
  opened.push(run('open', chain))
  return taken.at(-1).headersPerSec
}

await withFolder(async folder => {
  const file = join(folder, 'headers.dat')
  writeHeaders(file)
  const result = await measureRatio({
    name: 'headers',
    figure: () => withFolder(chain => takeInto(chain, file)),
    unit: 'headers/s',
    reference: () => reference(file),
    referenceUnit: 'header hashes/s on one thread',
    rounds: Number(options.rounds ?? 5),
  })
  const grownMb = Math.max(...[...taken, ...opened].map(({ peakMb, startMb }) => peakMb - startMb))
  const heldMb = Math.max(...taken.map(({ bytesPerHeader }) => (bytesPerHeader * count) / 1e6))
  const holds = grownMb <= MOST_MB
  console.log(
    JSON.stringify({ ...result, headers: count, allowedMb: MOST_MB, holds, heldMb, grownMb, taken, opened }, null, 2),
  )
  process.exitCode = result.void || !holds ? 1 : 0
})
