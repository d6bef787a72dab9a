// Runs jest on the compiled tests. `npm test -- vectors` runs the vector suites only, and says what they ran; other words
// are jest's. Without words everything runs, and a case of the vectors that did not is a failure there too.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jestArguments, testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2)
const patterns = words.map(word => (word === 'vectors' ? '\\.vectors\\.test\\.js$' : word))
const env = testEnvironment()

const runJest = more =>
  spawnSync(process.execPath, [...jestArguments, ...patterns], {
    cwd: root,
    stdio: 'inherit',
    env: { ...env, ...more },
  }).status ?? 1

const isComplete = words.length === 0 || words.includes('vectors')

async function runCounting() {
  const results = mkdtempSync(join(tmpdir(), 'raistone-vectors-'))
  const report = join(results, 'report.jsonl')
  try {
    const status = runJest({ RAISTONE_VECTOR_REPORT: report })
    process.env.RAISTONE_VECTORS = env.RAISTONE_VECTORS
    const { printVectorTable } = await import('./vector-table.mjs')
    return printVectorTable(report, words.length === 0) ? status : status || 1
  } finally {
    rmSync(results, { recursive: true })
  }
}

process.exit(isComplete && env.RAISTONE_VECTORS ? await runCounting() : runJest({}))
