// What `npm test -- vectors` says at the end: how many cases each file of the public vectors has, and how many ran.
import { existsSync, readFileSync } from 'node:fs'
import { countCases, requiredVectors, vectorTable } from '../packages/testkit/dist/src/index.js'

/**
 * Prints the table of what the suites wrote into the report file, or only its last lines; whether every case of every
 * file was run or named.
 */
export function printVectorTable(reportFile, brief = false) {
  const text = existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : ''
  const reports = text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
  const cases = new Map(requiredVectors().map(file => [file, countCases(file)]))
  const { lines, problems } = vectorTable(cases, reports)
  const sums = lines.findIndex(line => /^\d+ files /.test(line))
  for (const line of brief ? [lines[0], ...lines.slice(sums)] : lines) console.log(line)
  for (const problem of problems) console.error(`failed: ${problem}`)
  return problems.length === 0
}
