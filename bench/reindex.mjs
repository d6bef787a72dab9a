// How fast a node makes coins, or coins and its index of blocks, again from the blocks it has, every signature checked,
// beside native verification on one thread.
import { cpSync } from 'node:fs'
import { coreChain, handedOn, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { NATIVE_UNIT, nativeVerifications } from './support/native-verify.mjs'
import { machine, measureRatio, readOptions } from './support/ratio.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const { facts } = chain

/** Process start and clean stop included; inputs a second. */
const remake = (imported, what) =>
  withFolder(async datadir => {
    cpSync(imported, datadir, { recursive: true })
    const startMs = performance.now()
    const node = await startNode([`--datadir=${datadir}`, `--${what}`, ...handedOn(options)])
    const tip = await node.call('getbestblockhash')
    await node.stop()
    const seconds = (performance.now() - startMs) / 1000
    if (tip !== facts.tip) throw new Error(`the chain did not end at ${facts.tip}, but at ${tip}`)
    return facts.inputs / seconds
  })

const measure = (imported, what) =>
  measureRatio({
    name: what,
    figure: () => remake(imported, what),
    unit: 'inputs/s',
    reference: nativeVerifications,
    referenceUnit: NATIVE_UNIT,
    rounds: Number(options.rounds ?? 5),
  })

const [coins, all] = await withFolder(async imported => {
  await importChain(chain, imported, handedOn(options))
  return [await measure(imported, 'reindex-chainstate'), await measure(imported, 'reindex')]
})
const result = {
  bench: 'reindex',
  unit: coins.unit,
  void: coins.void || all.void,
  figures: { 'reindex-chainstate': coins.ratio, reindex: all.ratio },
  rounds: { 'reindex-chainstate': coins.rounds, reindex: all.rounds },
  machine: machine(),
}
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
