import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import { canRead, vectorsFolder } from '@raistone/testkit'

/** A suite over public vectors: skipped with one line where they are absent. */
export function vectorSuite(name: string, body: () => void): void {
  if (canRead('vectors')) describe(name, body)
  else describe.skip(name, body)
}

/** A vector file as JSON; `path` is relative to the vectors' folder. */
export const readVectors = <T>(path: string): T =>
  JSON.parse(readFileSync(join(vectorsFolder() as string, path), 'utf8')) as T

/** One line that says which cases do not apply, and how many they are. */
export function reportSkipped(count: number, why: string): void {
  process.stderr.write(`skipped: ${count} cases: ${why}\n`)
}
