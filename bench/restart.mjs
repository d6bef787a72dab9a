// How long a node with the 60k chain takes from process start to its first answer, after a clean stop and after SIGKILL,
// and what it holds in memory then.
import { coreChain, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { memoryOf } from './support/memory-of.mjs'
import { machine, readOptions } from './support/ratio.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const { facts } = chain
const rounds = Number(options.rounds ?? 5)
/** Seconds that the first answer may take. */
const MOST_SEC = 2

const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]
const round = value => Number(value.toFixed(3))

/** Starts the node until it answers with the old tip's height, then ends it. */
async function restart(datadir, end) {
  const startMs = performance.now()
  const node = await startNode([`--datadir=${datadir}`])
  const height = await node.call('getblockcount')
  const seconds = (performance.now() - startMs) / 1000
  if (height !== facts.blocks) throw new Error(`the node came up at height ${height}, not ${facts.blocks}`)
  const residentMb = memoryOf(node.pid, 'VmRSS')
  await end(node)
  return { seconds, residentMb }
}

const figures = await withFolder(async datadir => {
  await importChain(chain, datadir, [])
  const found = { clean: [], killed: [] }
  await restart(datadir, node => node.stop())
  for (let i = 0; i < rounds; i++) {
    found.clean.push(await restart(datadir, node => node.kill()))
    found.killed.push(await restart(datadir, node => node.stop()))
    process.stderr.write(`restart: round ${i + 1} of ${rounds}\n`)
  }
  return Object.fromEntries(
    Object.entries(found).map(([after, runs]) => {
      const seconds = runs.map(run => run.seconds)
      const summary = { seconds: round(median(seconds)), most: round(Math.max(...seconds)) }
      return [after, { ...summary, residentMb: median(runs.map(run => run.residentMb)) }]
    }),
  )
})
const holds = Math.max(figures.clean.seconds, figures.killed.seconds) < MOST_SEC
console.log(JSON.stringify({ bench: 'restart', allowedSec: MOST_SEC, holds, figures, machine: machine() }, null, 2))
process.exitCode = holds ? 0 : 1
