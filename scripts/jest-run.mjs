// How jest is started on the compiled tests, and where these find public vectors and real chains.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

export const jestArguments = [
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
]

/** This process's variables, with the folders that lie beside the checkout where none are named. */
export function testEnvironment() {
  const shared = join(root, '..', 'shared')
  const env = { ...process.env }
  if (!env.RAISTONE_VECTORS && existsSync(join(shared, 'vectors'))) env.RAISTONE_VECTORS = join(shared, 'vectors')
  if (!env.RAISTONE_CHAINS && existsSync(join(shared, 'chains'))) env.RAISTONE_CHAINS = join(shared, 'chains')
  return env
}
