import { type SkippedCase, vectorFiles } from './vectors.js'

/** A line of what `reportCases` wrote. */
export interface FileReport {
  readonly file: string
  readonly cases: number
  readonly ran: number
  readonly skipped: readonly SkippedCase[]
}

/** What `npm test -- vectors` prints, and why it fails although every test passed. */
export interface VectorTable {
  readonly lines: readonly string[]
  readonly problems: readonly string[]
}

const requiredFolders = ['script', 'crypto', 'encoding', 'difficulty', 'headers', 'blocks', 'filters'] as const
const requiredFiles = ['rpc/rpc_decodescript.json'] as const

/** Files that say what the rules are: every case of theirs applies. */
const unskippable: ReadonlySet<string> = new Set([
  'script/script_tests.json',
  'script/tx_valid.json',
  'script/tx_invalid.json',
  'script/sighash.json',
  'script/taproot_ref.json',
  'difficulty/asert.json',
])

/** The files of the vectors' folder that some suite must report: whole folders, and single files of others. */
export const requiredVectors = (): string[] => [
  ...requiredFolders.flatMap(vectorFiles),
  ...requiredFiles.filter(file => vectorFiles('rpc').includes(file)),
]

function problemsOf(file: string, cases: number, report: FileReport | undefined): string[] {
  if (!report) return [`${file}: reported by no suite`]
  const { ran, skipped } = report
  const counted = report.cases === cases && ran + skipped.length === cases
  return [
    ...(counted ? [] : [`${file}: has ${cases} cases, of which ${ran} ran and ${skipped.length} were skipped`]),
    ...(unskippable.has(file) && skipped.length > 0 ? [`${file}: every case must run`] : []),
  ]
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

/**
 * One row for each file, one line for each skipped case. `cases` has the number of cases of each file that must be reported;
 * of several reports of one file that with the fewest counts.
 */
export function vectorTable(cases: ReadonlyMap<string, number>, reports: readonly FileReport[]): VectorTable {
  const byFile = new Map<string, FileReport>()
  for (const report of reports) {
    const other = byFile.get(report.file)
    if (!other || report.ran < other.ran) byFile.set(report.file, report)
  }
  const beyond = reports.filter(({ file }) => !cases.has(file))
  const all = new Map([...cases, ...beyond.map(report => [report.file, report.cases] as const)])
  const rows = [...all].map(([file, count]) => {
    const report = byFile.get(file)
    return { file, cases: count, report, ran: report?.ran ?? 0, skipped: report?.skipped ?? [] }
  })
  const width = Math.max(0, ...rows.map(({ file }) => file.length))
  const line = (name: string, ...cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}${cells.map(cell => String(cell).padStart(9)).join('')}`
  return {
    lines: [
      line('file', 'cases', 'run', 'skipped'),
      ...rows.map(row => line(row.file, row.cases, row.ran, row.skipped.length)),
      line(
        `${rows.length} files`,
        total(rows.map(row => row.cases)),
        total(rows.map(row => row.ran)),
        total(rows.map(row => row.skipped.length)),
      ),
      ...rows.flatMap(row => row.skipped.map(({ case: name, reason }) => `skipped: ${row.file}: ${name}: ${reason}`)),
    ],
    problems:
      cases.size === 0
        ? ['the folder of the public vectors has none of their files']
        : rows.flatMap(row => problemsOf(row.file, row.cases, row.report)),
  }
}
