// What a node takes for a branch that makes it leave another of nearly the same length, beside taking it in at once.
import { loadChain } from '@raistone/consensus/builtin'
import { handedOn } from './support/chain-file.mjs'
import { cpuOf } from './support/cpu-of.mjs'
import { withFolder } from './support/folder.mjs'
import { machine, measureRatio, readOptions } from './support/ratio.mjs'
import { rivalBranches } from './support/rival-branches.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const { length = 100, transactions = 500 } = options
/** How many times as long the switch may take. */
const allowed = 1.5

const { base, left, right } = rivalBranches(loadChain('regtest'), Number(length), Number(transactions))

async function submitAll(node, blocks) {
  for (const block of blocks) {
    const refused = await node.call('submitblock', block)
    if (refused !== null && refused !== 'inconclusive') throw new Error(`a block was refused: ${refused}`)
  }
}

/** Seconds for the branch, block after block, by a node with these blocks; `restart` empties its caches before. `worked` is given the CPU seconds. */
const take = (before, restart, worked) =>
  withFolder(async datadir => {
    const start = () => startNode([`--datadir=${datadir}`, ...handedOn(options)])
    let node = await start()
    await submitAll(node, before)
    if (restart) {
      await node.stop()
      node = await start()
    }
    const [startMs, startCpu] = [performance.now(), cpuOf(node.pid)]
    await submitAll(node, right)
    const seconds = (performance.now() - startMs) / 1000
    worked.push(cpuOf(node.pid) - startCpu)
    const height = await node.call('getblockcount')
    if (height !== base.length + right.length) throw new Error(`the switch ended at ${height}`)
    await node.stop()
    return seconds
  })

const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length

async function measure(name, restart) {
  const worked = { switched: [], alone: [] }
  const { ratio, rounds, ...result } = await measureRatio({
    name: `reorg, ${name} caches`,
    figure: () => take([...base, ...left], restart, worked.switched),
    unit: 'seconds for a branch that is switched to',
    reference: () => take(base, restart, worked.alone),
    referenceUnit: 'seconds for the same branch where there is no other',
    rounds: Number(options.rounds ?? 5),
  })
  const cpuRatio = Number((mean(worked.switched) / mean(worked.alone)).toFixed(3))
  return { ...result, figures: { ...ratio, cpuRatio }, rounds }
}

const warm = await measure('warm', false)
const empty = await measure('empty', true)
const result = {
  bench: 'reorg',
  unit: warm.unit,
  void: warm.void || empty.void,
  allowed,
  holds: [warm, empty].every(({ figures: { median } }) => median <= allowed),
  figures: { warm: warm.figures, empty: empty.figures },
  rounds: { warm: warm.rounds, empty: empty.rounds },
  machine: machine(),
}
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.holds && !result.void ? 0 : 1
