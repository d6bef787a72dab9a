// Runs jest on the compiled tests. `npm test -- vectors` runs the vector suites only; other words are jest's.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { jestArguments, testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2).map(word => (word === 'vectors' ? '\\.vectors\\.test\\.js$' : word))
const done = spawnSync(process.execPath, [...jestArguments, ...words], {
  cwd: root,
  stdio: 'inherit',
  env: testEnvironment(),
})
process.exit(done.status ?? 1)
