// How fast a node takes the 60k chain from another over TCP, every signature checked, beside native verification on one
// thread.

import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { coreChain, handedOn, importChain } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { NATIVE_UNIT, nativeVerifications } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const chain = coreChain(options.chains)
const { facts } = chain
const POLL_MS = 20
const DEADLINE_MS = 120_000

/** From the start of the second node to its clean stop; inputs a second. */
async function syncFrom(address, datadir) {
  const startMs = performance.now()
  const node = await startNode([`--datadir=${datadir}`, `--connect=${address}`, ...handedOn(options)])
  while ((await node.call('getbestblockhash')) !== facts.tip) {
    if (performance.now() - startMs > DEADLINE_MS)
      throw new Error(`after ${DEADLINE_MS / 1000} s the height is ${await node.call('getblockcount')}`)
    await after(POLL_MS)
  }
  await node.stop()
  return (facts.inputs * 1000) / (performance.now() - startMs)
}

const result = await withFolder(async folder => {
  const source = join(folder, 'source')
  await importChain(chain, source, handedOn(options))
  const node = await startNode([`--datadir=${source}`, '--listen=1', '--bind=127.0.0.1', '--par=1'])
  try {
    return await measureRatio({
      name: 'sync',
      figure: () => withFolder(datadir => syncFrom(node.multiaddrs[0], datadir)),
      unit: 'inputs/s',
      reference: nativeVerifications,
      referenceUnit: NATIVE_UNIT,
      rounds: Number(options.rounds ?? 5),
    })
  } finally {
    await node.stop()
  }
})
console.log(JSON.stringify({ ...result, transactions: facts.transactions }, null, 2))
process.exitCode = result.void ? 1 : 0
