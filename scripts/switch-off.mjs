// Switches each rule off, one at a time, runs the rule tests, and prints which of them notice. Fails if a rule's absence
// goes unnoticed. `node scripts/switch-off.mjs [NAME...]`: only these rules, by the names of their checks.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ruleBook } from '../packages/consensus/dist/src/rules/rule-book.js'
import { jestArguments, testEnvironment } from './jest-run.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const results = mkdtempSync(join(tmpdir(), 'raistone-switch-off-'))
process.on('exit', () => rmSync(results, { recursive: true, force: true }))

/** Runs the rule tests without the rule, or with all of them. */
async function runTests(name) {
  const file = join(results, `${name ?? 'all'}.json`)
  const setup = name === undefined ? [] : ['--setupFiles', join(root, 'scripts', 'rule-off.mjs')]
  const output = ['--runInBand', '--json', `--outputFile=${file}`]
  const words = ['packages/consensus/dist/test/rules', '--testPathIgnorePatterns=\\.vectors\\.', ...output, ...setup]
  const env = { ...testEnvironment(), RAISTONE_RULE_OFF: name }
  const child = spawn(process.execPath, [...jestArguments, ...words], { cwd: root, stdio: 'ignore', env })
  await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
  if (!existsSync(file)) throw new Error(`the tests did not run${name === undefined ? '' : ` without ${name}`}`)
  const { numPassedTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
  const failed = testResults.flatMap(({ name: path, status, assertionResults }) => {
    const titles = assertionResults.filter(each => each.status === 'failed').map(each => each.fullName)
    return titles.length === 0 && status === 'failed' ? [`${path.slice(root.length)} cannot even begin`] : titles
  })
  return { passed: numPassedTests, failed }
}

/** A few at a time, told in order. */
async function* inTurn(items, work, most) {
  const running = []
  let next = 0
  while (running.length > 0 || next < items.length) {
    while (running.length < most && next < items.length) running.push(work(items[next++]))
    yield await running.shift()
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !ruleBook.some(rule => rule.name === name))
if (unknown.length > 0) {
  console.error(`no such rule: ${unknown.join(', ')}`)
  process.exit(2)
}
const rules = ruleBook.filter(({ name }) => wanted.length === 0 || wanted.includes(name))

const whole = await runTests(undefined)
if (whole.failed.length > 0 || whole.passed === 0) {
  console.error(`with all rules on, ${whole.passed} tests pass and these fail: ${whole.failed.join(', ')}`)
  process.exit(1)
}
console.log(`with all rules on: ${whole.passed} tests pass`)
console.log(`${'rule'.padEnd(48)} ${'reason'.padEnd(38)} fail  first`)
const runs = inTurn(
  rules,
  async booked => ({ booked, ...(await runTests(booked.name)) }),
  Math.min(2, availableParallelism()),
)
const unnoticed = []
for await (const { booked, failed } of runs) {
  const { name, place, rule } = booked
  if (failed.length === 0) unnoticed.push(name)
  const cells = [`${place} ${name}`.padEnd(48), rule.reason.padEnd(38), String(failed.length).padStart(4)]
  console.log(`${cells.join(' ')}  ${failed[0] ?? 'NOBODY NOTICES'}`)
}
console.log(`${rules.length} rules switched off, one at a time; unnoticed: ${unnoticed.join(', ') || 'none'}`)
process.exit(unnoticed.length === 0 ? 0 : 1)
