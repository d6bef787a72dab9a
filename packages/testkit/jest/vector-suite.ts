import { describe, test } from '@jest/globals'
import { canRead } from '../src/folders.js'
import { hasVectors, reportCases, type SkippedCase } from '../src/vectors.js'

/**
 * A suite over one file of the public vectors. It is skipped with one line where the file is missing: all of them without
 * RAISTONE_VECTORS, which RAISTONE_REQUIRE_VECTORS=1 makes a failure. The body is not called then, so it may read the file.
 */
export function describeVectors(path: string, body: () => void): void {
  if (!canRead('vectors')) {
    test.skip(`${path}: RAISTONE_VECTORS is not set`, () => undefined)
  } else if (!hasVectors(path)) {
    process.stderr.write(`skipped: RAISTONE_VECTORS has no ${path}\n`)
    test.skip(`${path}: no such file`, () => undefined)
  } else {
    describe(path, body)
  }
}

/** What the tests of one vector file tell of its cases. */
export interface CaseCount {
  /** So many more cases (one, unless said) were run. */
  readonly ran: (count?: number) => void
  /** This case was not run, and why. */
  readonly skip: (name: string, reason: string) => void
}

/** A suite as `describeVectors` makes it, ended by a test that every case of the file was counted once. */
export function vectorSuite(path: string, body: (cases: CaseCount) => void): void {
  describeVectors(path, () => {
    const count: { ran: number; skipped: SkippedCase[] } = { ran: 0, skipped: [] }
    body({
      ran: (more = 1) => {
        count.ran += more
      },
      skip: (name, reason) => {
        count.skipped.push({ case: name, reason })
      },
    })
    test('every case is counted', () => reportCases(path, count))
  })
}

/**
 * A `vectorSuite` for each of several files of one kind, which the folder itself tells. Skipped with one line where there
 * are none, as jest takes a test file without tests for a broken one.
 */
export function vectorSuites(
  kind: string,
  paths: readonly string[],
  body: (path: string, cases: CaseCount) => void,
): void {
  for (const path of paths) vectorSuite(path, cases => body(path, cases))
  if (paths.length > 0) return
  if (canRead('vectors')) process.stderr.write(`skipped: RAISTONE_VECTORS has no ${kind}\n`)
  test.skip(`${kind}: no such files`, () => undefined)
}
