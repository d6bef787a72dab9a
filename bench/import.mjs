// How fast `raistone import` takes in the 60k chain, every signature checked, beside native verification on one thread.

import { spawn } from 'node:child_process'
import { coreChain, handedOn, launcher } from './support/chain-file.mjs'
import { withFolder } from './support/folder.mjs'
import { createReference } from './support/native-verify.mjs'
import { measureRatio, readOptions } from './support/ratio.mjs'

const options = readOptions(process.argv.slice(2))
const { file, facts: expected } = coreChain(options.chains)
const reference = await createReference()

function run(args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let notes = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.on('data', chunk => {
      notes += chunk
    })
    child.on('error', failed)
    child.on('close', code =>
      code === 0 ? done(out) : failed(new Error(`raistone import: exit code ${code}\n${notes}`)),
    )
  })
}

/** One import into an empty directory, start and final flush included; inputs a second. */
async function importOnce(datadir) {
  const startMs = performance.now()
  const out = await run(['import', file, '--chain=regtest', `--datadir=${datadir}`, '--json', ...handedOn(options)])
  const seconds = (performance.now() - startMs) / 1000
  if (!out.includes(expected.tip)) throw new Error(`the import did not end at ${expected.tip}: ${out}`)
  return expected.inputs / seconds
}

const result = await measureRatio({
  name: 'import',
  figure: () => withFolder(importOnce),
  unit: 'inputs/s',
  reference,
  referenceUnit: 'native verifications/s on one thread',
  rounds: Number(options.rounds ?? 5),
})
console.log(JSON.stringify(result, null, 2))
process.exitCode = result.void ? 1 : 0
