import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { vectorsFolder } from './folders.js'
import { countOf, isCaseRow } from './vectors-count.js'

/** Where a file of the public vectors lies; `path` is relative to their folder, as in `script/sighash.json`. */
function placeOf(path: string): string {
  const folder = vectorsFolder()
  if (!folder) throw new RangeError(`RAISTONE_VECTORS is not set: there is no ${path}`)
  return join(folder, path)
}

/** What a block file's spent outputs lie in: part of that block's case, and no file of cases. */
const COMPANION = '.spent.json'

/** The vector files in one folder, as `readVectors` takes them, in order of their names; none where it is missing. */
export function vectorFiles(folder: string): string[] {
  if (!hasVectors(folder)) return []
  return readdirSync(placeOf(folder))
    .filter(name => !name.endsWith(COMPANION))
    .sort()
    .map(name => `${folder}/${name}`)
}

/** Whether the folder that RAISTONE_VECTORS names has this file (or folder). */
export const hasVectors = (path: string): boolean => vectorsFolder() !== undefined && existsSync(placeOf(path))

/** A vector file as it is. */
export const readVectorBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(placeOf(path)))

/** A vector file as text. */
export const readVectorText = (path: string): string => readFileSync(placeOf(path), 'utf8')

/** A vector file as JSON. */
export const readVectors = <T>(path: string): T => JSON.parse(readVectorText(path)) as T

/** The cases of one of Core's files of rows, without the rows between them that are comments. */
export const readCaseRows = <Row extends readonly unknown[]>(path: string): Row[] =>
  readVectors<Row[]>(path).filter(isCaseRow)

/** How many cases a vector file holds, counted from the file itself. */
export const countCases = (path: string): number =>
  countOf(path, statSync(placeOf(path)).size, () => readVectorText(path))

/** A case that was not run, and the rule by which. */
export interface SkippedCase {
  readonly case: string
  readonly reason: string
}

/** What a suite did with the cases of one file. */
export interface CaseReport {
  readonly ran: number
  readonly skipped?: readonly SkippedCase[]
}

/**
 * Called once by the suite of a file, when it has run: throws where a case of the file was neither run nor skipped by name.
 * Appends what it was told, as a line of JSON, to the file that RAISTONE_VECTOR_REPORT names; `npm test -- vectors`
 * prints its table from these.
 */
export function reportCases(path: string, { ran, skipped = [] }: CaseReport): void {
  const cases = countCases(path)
  if (ran + skipped.length !== cases)
    throw new RangeError(`${path} has ${cases} cases, of which ${ran} ran and ${skipped.length} were skipped`)
  const report = process.env.RAISTONE_VECTOR_REPORT
  if (report) appendFileSync(report, `${JSON.stringify({ file: path, cases, ran, skipped })}\n`)
}
