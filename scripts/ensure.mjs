// Installs and builds what is missing, and nothing else: run before `npm start` and `npm test`.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const major = process.versions.node.split('.')[0]
const [wantMajor, wantMinor] = [20, 19]
const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number)
if (haveMajor < wantMajor || (haveMajor === wantMajor && haveMinor < wantMinor)) {
  console.error(`Raistone needs Node.js ${wantMajor}.${wantMinor} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Child output goes to stderr, so that stdout stays for results. */
function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.error) console.error(`cannot run ${command}: ${done.error.message}`)
  if (done.status !== 0) process.exit(done.status ?? 1)
}

const stampFile = join(root, 'node_modules', '.raistone-installed')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(major)
  .digest('hex')
const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
if (installed !== wanted) {
  console.error('installing dependencies (once)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stampFile, wanted)
}
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'])
run(process.execPath, [join(root, 'scripts', 'pack.mjs')])
