import type { Log } from '@raistone/network'
import type { ProgressOutput, Report } from './progress.js'
import { duration, percent, rate, reportWords } from './words.js'

const EVERY_MS = 10_000

/** Lines of text, one now and then. */
export const lineOutput = (write: (line: string) => void): ProgressOutput => {
  const show = (what: string, report: Report): void =>
    write(`${what} ${percent(report.share)} % ${reportWords(report)}`)
  return { everyMs: EVERY_MS, show, end: show }
}

const rates = ({ blocksPerSec, transactionsPerSec }: Report) => ({
  blocksPerSec: rate(blocksPerSec),
  ...(transactionsPerSec === undefined ? {} : { txPerSec: rate(transactionsPerSec) }),
})

/** The end of a job as an event of the log. */
export const logEnd =
  (log: Log) =>
  (what: string, report: Report): void => {
    const { height, blocks, transactions, seconds } = report
    const took = Math.round(seconds * 10) / 10
    const done = { height, blocks, ...(transactions === undefined ? {} : { transactions }), seconds: took }
    log.info(`${what} done`, { ...done, ...rates(report) })
  }

/** Events of the log, one now and then. */
export const logOutput = (log: Log): ProgressOutput => ({
  everyMs: EVERY_MS,
  show: (what, report) => {
    const { height, share, leftSec } = report
    const left = leftSec === undefined ? {} : { left: duration(leftSec) }
    log.info(what, { height, percent: percent(share), ...rates(report), ...left })
  },
  end: logEnd(log),
})
