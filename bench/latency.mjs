// How long the event loop keeps others waiting while a process takes in the 60k chain, with native verification and without.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blocksInHex, coreChain, handedOn, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { machine, readOptions } from './support/ratio.mjs'
import { startNode, submissionsOf } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const blocks = [...blocksInHex(chain.file)]
const support = name => new URL(`support/${name}.mjs`, import.meta.url)
const preload = (...names) => names.map(name => `--import=${support(name)}`)
const native = preload('loop-delay')
const wasm = preload('loop-delay', 'without-native')

/** Milliseconds that the 99th percentile may reach. */
const allowed = { import: 50, submitblock: 50, 'import, wasm': 100 }
/** A loop of slices of 8 ms that is later than this is kept waiting by the machine. */
const MOST_ALONE_MS = 16

/** What `run` leaves in the file that it is to name to its process, and takes its folder for everything else. */
const measured = run =>
  withFolder(async folder => {
    const file = join(folder, 'loop-delay.json')
    await run({ folder, env: { ...process.env, RAISTONE_BENCH_LOOP_DELAY: file } })
    return JSON.parse(readFileSync(file, 'utf8'))
  })

const alone = () =>
  measured(({ env }) => spawnSync(process.execPath, [...native, fileURLToPath(support('slices-child'))], { env }))

const imported = nodeWords =>
  measured(({ folder, env }) => importChain(chain, folder, handedOn(options), { nodeWords, env }))

const submitted = nodeWords =>
  measured(async ({ folder, env }) => {
    const node = await startNode([`--datadir=${folder}`, ...handedOn(options)], { nodeWords, env })
    await node.submitAll(submissionsOf(blocks))
    await node.stop()
  })

const before = await alone()
const figures = {
  import: await imported(native),
  submitblock: await submitted(native),
  'import, wasm': await imported(wasm),
}
const after = await alone()
const result = {
  bench: 'latency',
  allowedP99Ms: allowed,
  holds: Object.entries(allowed).every(([name, most]) => figures[name].p99Ms < most),
  void: Math.max(before.p99Ms, after.p99Ms) > MOST_ALONE_MS,
  figures: { ...figures, aloneBefore: before, aloneAfter: after },
  machine: machine(),
}
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.holds && !result.void ? 0 : 1
