// How fast a node whose coins are gone makes them again from its blocks, every signature checked, beside native
// verification on one thread.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { coreChain, handedOn, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { NATIVE_UNIT, nativeVerifications } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const { facts } = chain

/** Process start and clean stop included; inputs a second. */
const remake = imported =>
  withFolder(async datadir => {
    cpSync(imported, datadir, { recursive: true })
    rmSync(join(datadir, 'regtest', 'chainstate'), { recursive: true })
    const startMs = performance.now()
    const node = await startNode([`--datadir=${datadir}`, ...handedOn(options)])
    const tip = await node.call('getbestblockhash')
    await node.stop()
    const seconds = (performance.now() - startMs) / 1000
    if (tip !== facts.tip) throw new Error(`the chain did not end at ${facts.tip}, but at ${tip}`)
    return facts.inputs / seconds
  })

const result = await withFolder(async imported => {
  await importChain(chain, imported, handedOn(options))
  return measureRatio({
    name: 'reindex',
    figure: () => remake(imported),
    unit: 'inputs/s',
    reference: nativeVerifications,
    referenceUnit: NATIVE_UNIT,
    rounds: Number(options.rounds ?? 5),
  })
})
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
