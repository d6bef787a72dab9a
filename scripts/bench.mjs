// The benches: `npm run bench -- NAME [--record] [OPTIONS]`. Each prints one JSON value at the end; everything else goes to
// standard error. With --record a result that is not void becomes a line of bench/history.jsonl.
import { spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'bench')
const names = readdirSync(folder)
  .filter(file => file.endsWith('.mjs'))
  .map(file => file.replace(/\.mjs$/, ''))

function git(...words) {
  const done = spawnSync('git', words, { cwd: root, encoding: 'utf8' })
  return done.status === 0 ? done.stdout.trim() : undefined
}

/** The commit that was measured; `+` says that files differed from it. */
function commit() {
  const hash = git('rev-parse', '--short=12', 'HEAD')
  return hash === undefined ? 'unknown' : `${hash}${git('status', '--porcelain') === '' ? '' : '+'}`
}

/** One line: the result without its single rounds. */
function record({ bench, void: isVoid, rounds, machine, ...figures }, at, options) {
  if (isVoid) return console.error('the result is void and was not recorded')
  const line = { date: new Date().toISOString(), commit: at, bench, options, machine, ...figures }
  appendFileSync(join(folder, 'history.jsonl'), `${JSON.stringify(line)}\n`)
}

const [name, ...words] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(name === undefined ? 'which bench?' : `no bench "${name}"`)
  console.error(`usage: npm run bench -- NAME [--record] [--rounds N] [OPTIONS]; benches: ${names.join(', ')}`)
  process.exit(2)
}
const options = words.filter(word => word !== '--record')
const at = commit()
const done = spawnSync(process.execPath, [join(folder, `${name}.mjs`), ...options], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  env: testEnvironment(),
})
process.stdout.write(done.stdout)
if (options.length < words.length && done.stdout) record(JSON.parse(done.stdout), at, options)
process.exitCode = done.status ?? 1
