// Runs jest on the compiled tests. `npm test -- vectors` runs the vector suites only; other words are jest's.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const shared = join(root, '..', 'shared')
const env = { ...process.env }
if (!env.RAISTONE_VECTORS && existsSync(join(shared, 'vectors'))) env.RAISTONE_VECTORS = join(shared, 'vectors')
if (!env.RAISTONE_CHAINS && existsSync(join(shared, 'chains'))) env.RAISTONE_CHAINS = join(shared, 'chains')

const args = process.argv.slice(2).map(word => (word === 'vectors' ? '\\.vectors\\.test\\.js$' : word))
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
const done = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', jest, ...args],
  { cwd: root, stdio: 'inherit', env },
)
process.exit(done.status ?? 1)
