import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type Bundle, ENTRY } from './bundle.js'
import type { Report } from './report.js'

/** Longest report, characters. */
const MOST_OUTPUT = 2 ** 28

/** What to compute: see `compute`. */
export interface Asked {
  readonly bundle: Bundle
  readonly seed: number
  readonly part: number
}

/** The report of a Node process of its own, without a test runner around it, that imports `first` of the bundle before. */
export async function computeInNode({ bundle, seed, part }: Asked, folder: string, first?: string): Promise<Report> {
  for (const [name, text] of bundle) writeFileSync(join(folder, name), text)
  const imported = (name: string): string => `await import(${JSON.stringify(pathToFileURL(join(folder, name)).href)})`
  const program = `${first ? imported(first) : ''}
const { compute } = ${imported(ENTRY)}
process.stdout.write(JSON.stringify(compute(${seed}, ${part})))`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { maxBuffer: MOST_OUTPUT })
  return JSON.parse(stdout) as Report
}
