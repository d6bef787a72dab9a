import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const folder = process.env.RAISTONE_VECTORS

/** A suite over public vectors: skipped with one line where they are absent, unless they are demanded. */
export function vectorSuite(name: string, body: () => void): void {
  if (folder) describe(name, body)
  else if (process.env.RAISTONE_REQUIRE_VECTORS === '1')
    test(name, () => {
      expect(folder).toBeDefined()
    })
  else test.skip(`${name}: RAISTONE_VECTORS is not set`, () => undefined)
}

/** A vector file as JSON; `path` is relative to the vectors' folder. */
export const readVectors = <T>(path: string): T => JSON.parse(readFileSync(join(folder as string, path), 'utf8')) as T

/** The rows that are cases: a row with a single string is a comment. */
export const casesOf = (rows: readonly (readonly unknown[])[]): (readonly unknown[])[] =>
  rows.filter(row => row.length > 1)
