// How much faster than plain @noble/secp256k1 and @noble/hashes the ledger's arithmetic is: signatures on each tier,
// signature hashes, Merkle roots, decoding with ids, the search for a nonce.

import { cpuRate } from './support/cpu.mjs'
import { machine, measureRatio, readOptions } from './support/ratio.mjs'
import { rulesRows } from './support/rules-rows.mjs'

async function measure({ name, unit, expected, ours, plain }, rounds) {
  const rate = ({ work, units }) => cpuRate(work, units)
  rate(ours)
  rate(plain)
  const result = await measureRatio({
    name,
    figure: () => rate(ours),
    unit: `${unit} per CPU second`,
    reference: () => rate(plain),
    referenceUnit: 'the same by noble',
    rounds,
    spare: rounds,
  })
  const { ratio, void: isVoid } = result
  return {
    name,
    unit: result.unit,
    ratio,
    expected,
    holds: isVoid ? null : ratio.median >= expected,
    void: isVoid,
    rounds: result.rounds,
  }
}

const options = readOptions(process.argv.slice(2))
const results = []
for (const make of await rulesRows()) {
  const figure = make()
  if (options.only && !figure.name.includes(options.only)) continue
  results.push(await measure(figure, Number(options.rounds ?? 5)))
}
console.log(JSON.stringify({ bench: 'rules', figures: results, machine: machine() }, null, 2))
process.exitCode = results.some(result => result.void) ? 1 : 0
