// The benches: `npm run bench -- NAME [OPTIONS]`. Each prints one JSON value at the end; everything else goes to standard
// error.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'bench')
const names = readdirSync(folder)
  .filter(file => file.endsWith('.mjs'))
  .map(file => file.replace(/\.mjs$/, ''))

const [name, ...options] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(name === undefined ? 'which bench?' : `no bench "${name}"`)
  console.error(`usage: npm run bench -- NAME [--rounds N] [OPTIONS]; benches: ${names.join(', ')}`)
  process.exit(2)
}
const done = spawnSync(process.execPath, [join(folder, `${name}.mjs`), ...options], {
  cwd: root,
  stdio: 'inherit',
  env: testEnvironment(),
})
process.exit(done.status ?? 1)
