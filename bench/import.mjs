// How fast `raistone import` takes in the 60k chain, every signature checked, beside native verification on one thread.
import { coreChain, handedOn, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { NATIVE_UNIT, nativeVerifications } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)

/** One import into an empty directory, start and final flush included; inputs a second. */
function importOnce() {
  return withFolder(async datadir => {
    const startMs = performance.now()
    await importChain(chain, datadir, handedOn(options))
    return (chain.facts.inputs * 1000) / (performance.now() - startMs)
  })
}

const result = await measureRatio({
  name: 'import',
  figure: importOnce,
  unit: 'inputs/s',
  reference: nativeVerifications,
  referenceUnit: NATIVE_UNIT,
  rounds: Number(options.rounds ?? 5),
})
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
