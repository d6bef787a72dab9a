// How fast a node takes in the 60k chain over JSON-RPC, block after block on one connection, every signature checked,
// beside native verification on one thread.
import { blocksInHex, coreChain, handedOn } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { createReference } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'
import { startNode } from './support/rpc-node.mjs'

const options = readOptions(process.argv.slice(2))
const { file, facts } = coreChain(options.chains)
const blocks = [...blocksInHex(file)]

/** One run into an empty directory, start and final flush included; inputs a second. */
async function submitAll(datadir) {
  const startMs = performance.now()
  const node = await startNode([`--datadir=${datadir}`, ...handedOn(options)])
  for (const block of blocks) {
    const refused = await node.call('submitblock', block)
    if (refused !== null) throw new Error(`a block was refused: ${refused}`)
  }
  const tip = await node.call('getbestblockhash')
  await node.stop()
  const seconds = (performance.now() - startMs) / 1000
  if (tip !== facts.tip) throw new Error(`the chain did not end at ${facts.tip}, but at ${tip}`)
  return facts.inputs / seconds
}

const result = await measureRatio({
  name: 'submitblock',
  figure: () => withFolder(submitAll),
  unit: 'inputs/s',
  reference: await createReference(),
  referenceUnit: 'native verifications/s on one thread',
  rounds: Number(options.rounds ?? 5),
})
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
