// The long proofs: `npm run prove -- NAME [--seed N] [--quick]`. Prints one JSON value at the end; everything else goes to
// standard error.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { jestArguments, testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'test', 'proofs')
const names = readdirSync(folder)
  .filter(file => file.endsWith('.proof.ts'))
  .map(file => file.replace(/\.proof\.ts$/, ''))

function usage(problem) {
  console.error(`${problem}\nusage: npm run prove -- NAME [--seed N] [--quick]; proofs: ${names.join(', ')}`)
  process.exit(2)
}

function readWords() {
  try {
    const options = { seed: { type: 'string', default: '20260101' }, quick: { type: 'boolean', default: false } }
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    return usage(error.message)
  }
}

const { values, positionals } = readWords()
const [name, ...more] = positionals
if (more.length > 0 || !names.includes(name)) usage(name === undefined ? 'which proof?' : `no proof "${name}"`)
if (!/^\d+$/.test(values.seed)) usage('--seed must be a whole number')

const env = testEnvironment()
env.RAISTONE_REQUIRE_VECTORS = '1'
env.RAISTONE_PROOF_SEED = values.seed
if (values.quick) env.RAISTONE_PROOF_QUICK = '1'
const results = mkdtempSync(join(tmpdir(), 'raistone-proof-'))
const file = join(results, 'results.json')
env.RAISTONE_PROOF_FIGURES = join(results, 'figures.json')
const startedMs = Date.now()
const done = spawnSync(
  process.execPath,
  [
    ...jestArguments,
    `--testMatch=${join(root, 'test', 'dist', 'proofs', `${name}.proof.js`)}`,
    '--json',
    `--outputFile=${file}`,
  ],
  { cwd: root, stdio: ['ignore', 2, 2], env },
)
const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
const figures = existsSync(env.RAISTONE_PROOF_FIGURES)
  ? { figures: JSON.parse(readFileSync(env.RAISTONE_PROOF_FIGURES, 'utf8')) }
  : {}
rmSync(results, { recursive: true })
console.log(
  JSON.stringify({
    proof: name,
    seed: Number(values.seed),
    quick: values.quick,
    passed: numPassedTests,
    failed: numFailedTests,
    seconds: (Date.now() - startedMs) / 1000,
    shown: testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ title, status }) => `${status}: ${title}`),
    ),
    ...figures,
  }),
)
process.exit(done.status ?? 1)
