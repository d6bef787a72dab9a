// How fast a node takes in the 60k chain over JSON-RPC, block after block on one connection, every signature checked,
// beside native verification on one thread. With --mempool: blocks whose transactions it has accepted before.
import { decodeBlock, fromHex, toHex } from '@raistone/primitives'
import { blocksInHex, coreChain, handedOn } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { NATIVE_UNIT, nativeVerifications } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'
import { startNode, submissionsOf } from './support/rpc-node.mjs'

const words = process.argv.slice(2)
const withMempool = words.includes('--mempool')
const options = readOptions(words.filter(word => word !== '--mempool'))
const { file, facts } = coreChain(options.chains)
const blocks = [...blocksInHex(file)]

/** Starts a node on an empty directory, has the chain given to it and stops it. */
const takeIn = give =>
  withFolder(async datadir => {
    const node = await startNode([`--datadir=${datadir}`, ...handedOn(options)])
    const answer = await give(node)
    const tip = await node.call('getbestblockhash')
    await node.stop()
    if (tip !== facts.tip) throw new Error(`the chain did not end at ${facts.tip}, but at ${tip}`)
    return answer
  })

/** Process start and clean stop included; inputs a second. */
async function submitUnknown() {
  const submissions = submissionsOf(blocks)
  const startMs = performance.now()
  await takeIn(node => node.submitAll(submissions))
  return (facts.inputs * 1000) / (performance.now() - startMs)
}

/** Each block after its transactions; only the submissions of blocks that have any are timed. Inputs a second. */
async function submitKnown() {
  const spentMs = await takeIn(async node => {
    let sum = 0
    for (const block of blocks) {
      const payments = decodeBlock(fromHex(block)).transactions.slice(1)
      for (const { raw } of payments) await node.call('sendrawtransaction', toHex(raw))
      const submissions = submissionsOf([block])
      const startMs = performance.now()
      await node.submitAll(submissions)
      if (payments.length > 0) sum += performance.now() - startMs
    }
    return sum
  })
  return (facts.inputs * 1000) / spentMs
}

const result = await measureRatio({
  name: withMempool ? 'submitblock --mempool' : 'submitblock',
  figure: withMempool ? submitKnown : submitUnknown,
  unit: 'inputs/s',
  reference: nativeVerifications,
  referenceUnit: NATIVE_UNIT,
  rounds: Number(options.rounds ?? 5),
})
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
