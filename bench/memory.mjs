// What the import of the 60k chain holds in memory at its worst moment, and a node with that chain when it has settled.
import { setTimeout as after } from 'node:timers/promises'
import { blocksInHex, coreChain, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { memoryOf } from './support/memory-of.mjs'
import { machine, readOptions } from './support/ratio.mjs'
import { startNode, submissionsOf } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const rounds = Number(options.rounds ?? 3)
const limits = [`--dbcache=${options.dbcache ?? 128}`, `--par=${options.par ?? 2}`]
/** Megabytes. */
const allowed = { importPeak: 600, settled: 350 }
/** How long a node is left alone before it counts as settled. */
const SETTLE_MS = 10_000
const EVERY_MS = 50

if (memoryOf(process.pid, 'VmHWM') === undefined) throw new Error('only Linux tells what a process holds')

/** The most that the import held. */
async function importPeak(datadir) {
  let timer
  let most = 0
  const begun = pid => {
    timer = setInterval(() => {
      most = Math.max(most, memoryOf(pid, 'VmHWM') ?? 0)
    }, EVERY_MS)
  }
  await importChain(chain, datadir, limits, { begun }).finally(() => clearInterval(timer))
  return most
}

/** What a node holds after it has taken in the chain by itself and was left alone. */
async function settled(datadir, blocks) {
  const node = await startNode([`--datadir=${datadir}`, ...limits])
  await node.submitAll(submissionsOf(blocks))
  await after(SETTLE_MS)
  const found = { settled: memoryOf(node.pid, 'VmRSS'), nodePeak: memoryOf(node.pid, 'VmHWM') }
  await node.stop()
  return found
}

const blocks = [...blocksInHex(chain.file)]
const found = []
for (let i = 0; i < rounds; i++) {
  found.push({ importPeak: await withFolder(importPeak), ...(await withFolder(folder => settled(folder, blocks))) })
  process.stderr.write(`memory: round ${i + 1} of ${rounds}\n`)
}
const figures = Object.fromEntries(
  Object.keys(found[0]).map(name => [name, Math.max(...found.map(round => round[name]))]),
)
const holds = Object.entries(allowed).every(([name, most]) => figures[name] < most)
console.log(JSON.stringify({ bench: 'memory', unit: 'MB', allowed, holds, figures, machine: machine() }, null, 2))
process.exitCode = holds ? 0 : 1
