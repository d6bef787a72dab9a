import type { ProgressOutput, Report } from './progress.js'
import type { StatusLine } from './status-line.js'
import { percent, reportWords } from './words.js'

const LEAST_BAR = 10
const MOST_BAR = 40
const EVERY_MS = 200
const GREEN = '\u001b[32m'
const PLAIN = '\u001b[0m'

/** `import [=====>    ]  52 % height 5, 12 blocks/s, …`, never longer than the line; a narrow one has no bar, or less. */
export function barLine(what: string, report: Report, columns: number, colour: boolean): string {
  const words = `${String(percent(report.share)).padStart(3)} %  ${reportWords(report)}`
  const most = columns - 1
  const room = Math.min(MOST_BAR, most - what.length - words.length - 4)
  if (room < LEAST_BAR) return `${what} ${words}`.slice(0, most)
  const filled = Math.round((room * percent(report.share)) / 100)
  const drawn = '='.repeat(filled)
  return `${what} [${colour && filled > 0 ? `${GREEN}${drawn}${PLAIN}` : drawn}${' '.repeat(room - filled)}] ${words}`
}

/**
 * A bar in the last line of a terminal, for one job at a time: another that goes on meanwhile is shown after it. It stays
 * where it ended, or gives way to what `ended` says.
 */
export function barOutput(
  line: StatusLine,
  colour: boolean,
  ended?: (what: string, report: Report) => void,
): ProgressOutput {
  let shown: string | undefined
  const show = (what: string, report: Report): void => {
    shown ??= what
    if (shown === what) line.set(barLine(what, report, line.columns(), colour))
  }
  const end = (what: string, report: Report): void => {
    if (!ended) show(what, report)
    if (shown === what) {
      if (ended) line.clear()
      else line.keep()
      shown = undefined
    }
    ended?.(what, report)
  }
  return { everyMs: EVERY_MS, show, end }
}
