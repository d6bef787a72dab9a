import { describe, expect, test } from '@jest/globals'
import type { OpenProgress } from '@raistone/consensus'
import type { Log } from '@raistone/network'
import { barLine, barOutput } from '../../src/progress/bar.js'
import { lineOutput, logOutput } from '../../src/progress/lines.js'
import { Phases } from '../../src/progress/phases.js'
import { type Figures, Progress, type ProgressOutput, type Report } from '../../src/progress/progress.js'
import { StatusLine } from '../../src/progress/status-line.js'
import { duration, percent, rate, reportWords } from '../../src/progress/words.js'

class HandClock {
  atMs = 5000
  nowMs = (): number => this.atMs
}

const at = (blocks: number, share: number, transactions = blocks * 10): Figures => ({
  height: 1000 + blocks,
  blocks,
  transactions,
  share,
})

const reportAt = (change: Partial<Report> = {}): Report => ({
  ...at(420, 0.42),
  seconds: 30,
  blocksPerSec: 14.2,
  transactionsPerSec: 1420.4,
  leftSec: 125.2,
  ...change,
})

/** An output that keeps what it is told. */
function kept(everyMs: number) {
  const told: (readonly [string, string, Report])[] = []
  const output: ProgressOutput = {
    everyMs,
    show: (what, report) => told.push(['show', what, report]),
    end: (what, report) => told.push(['end', what, report]),
  }
  return { told, output }
}

const ESCAPE = '\u001b'

/** A terminal that understands what a status line sends, and no more. */
function terminal(columns = 100) {
  const lines = ['']
  let at = 0
  const put = (text: string): void => {
    const line = lines.pop() ?? ''
    lines.push(line.slice(0, at) + text + line.slice(at + text.length))
    at += text.length
  }
  const write = (text: string): void => {
    for (const [i, part] of text.split(`${ESCAPE}[K`).entries()) {
      if (i > 0) lines.push((lines.pop() ?? '').slice(0, at))
      for (const letter of part) {
        if (letter === '\r') at = 0
        else if (letter === '\n') {
          lines.push('')
          at = 0
        } else put(letter)
      }
    }
  }
  return { lines, status: new StatusLine(write, () => columns) }
}

describe('words', () => {
  test.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59.5, '1 min'],
    [200, '3 min 20 s'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
    [90_000, '1 d 1 h'],
    [86_460, '1 d'],
  ])('%f seconds are %s', (seconds, words) => expect(duration(seconds)).toBe(words))

  test('only what is complete is 100 %', () => {
    expect([0, 0.5, 0.9999, 1, 1.2, -1].map(percent)).toEqual([0, 50, 99, 100, 100, 0])
  })

  test('small rates have a digit more', () => expect([0.04, 0.56, 9.99, 14.6].map(rate)).toEqual([0, 0.6, 10, 15]))

  test('what nobody knows is left out', () => {
    expect(reportWords(reportAt())).toBe('height 1420, 14 blocks/s, 1420 tx/s, 2 min 6 s left')
    const { transactionsPerSec: _, ...index } = reportAt({ leftSec: undefined })
    expect(reportWords(index)).toBe('height 1420, 14 blocks/s')
  })
})

describe('a job', () => {
  test('is shown no more often than its output wants, and its end once', () => {
    const clock = new HandClock()
    const { told, output } = kept(10_000)
    const progress = new Progress('import', output, clock)
    let looked = 0
    for (let i = 1; i <= 250; i++) {
      clock.atMs += 100
      progress.report(() => {
        looked++
        return at(i, i / 250)
      })
    }
    progress.end()
    progress.end()
    expect(told.map(([how, , { blocks }]) => [how, blocks])).toEqual([
      ['show', 100],
      ['show', 200],
      ['end', 250],
    ])
    expect(looked).toBeLessThan(10)
  })

  test('has the rates of the last seconds, and at its end those of all', () => {
    const clock = new HandClock()
    const { told, output } = kept(1000)
    const progress = new Progress('sync', output, clock)
    // Slow at first: a block a second, then ten.
    let blocks = 0
    for (let second = 1; second <= 60; second++) {
      clock.atMs += 1000
      blocks += second <= 30 ? 1 : 10
      progress.report(() => at(blocks, 0.5 + blocks / 1000))
    }
    progress.end()
    expect(told[9]?.[2]).toMatchObject({ blocksPerSec: 1, transactionsPerSec: 10, seconds: 10 })
    expect(told[59]?.[2]).toMatchObject({ blocksPerSec: 10, transactionsPerSec: 100, seconds: 60 })
    expect(told[59]?.[2].leftSec).toBeCloseTo((1 - 0.83) / 0.01)
    expect(told[60]?.[2]).toMatchObject({ blocksPerSec: 330 / 60, seconds: 60 })
  })

  test('that begins half way does not take the first half for its speed', () => {
    const clock = new HandClock()
    const { told, output } = kept(1000)
    const progress = new Progress('replay', output, clock)
    progress.report(() => at(0, 0.5))
    clock.atMs += 1000
    progress.report(() => at(10, 0.6))
    expect(told[0]?.[2].leftSec).toBeCloseTo(4)
  })

  test('that never began is not told', () => {
    const { told, output } = kept(0)
    new Progress('rebuild', output, new HandClock()).end()
    expect(told).toEqual([])
  })
})

test('opening is one job for each phase', () => {
  const clock = new HandClock()
  const { told, output } = kept(1000)
  const phases = new Phases(what => new Progress(what, output, clock))
  const tell = (phase: OpenProgress['phase'], blocks: number): void =>
    phases.tell({ phase, target: 2000, ...at(blocks, 0.1), transactions: 5 })
  tell('reindex', 1)
  tell('reindex', 2)
  tell('rebuild', 1)
  phases.end()
  expect(told.map(([how, what, { blocks }]) => [how, what, blocks])).toEqual([
    ['end', 'reindex', 2],
    ['end', 'rebuild', 1],
  ])
})

describe('a bar', () => {
  test('fills its part of the line', () => {
    expect(barLine('import', reportAt(), 200, false)).toBe(
      `import [${'='.repeat(17)}${' '.repeat(23)}]  42 %  height 1420, 14 blocks/s, 1420 tx/s, 2 min 6 s left`,
    )
    expect(barLine('import', reportAt({ share: 0 }), 200, true)).not.toContain(ESCAPE)
  })

  test.each([10, 20, 60, 72, 80, 90, 120])('is never longer than a line of %i', columns => {
    const line = barLine('import', reportAt(), columns, false)
    expect(line.length).toBeLessThan(columns)
    expect(line.includes('[')).toBe(columns >= 80)
    const coloured = barLine('import', reportAt(), columns, true)
    expect(coloured.replaceAll(`${ESCAPE}[32m`, '').replaceAll(`${ESCAPE}[0m`, '')).toBe(line)
    expect(coloured.includes(ESCAPE)).toBe(columns >= 80)
  })

  test('is redrawn in place, other lines going above it, and stays where it ended', () => {
    const { lines, status } = terminal()
    const output = barOutput(status, false)
    status.print('before\n')
    output.show('import', reportAt({ share: 0.1 }))
    status.print('meanwhile\n')
    output.show('import', reportAt({ share: 0.2 }))
    output.end('import', reportAt({ share: 1 }))
    status.print('after\n')
    expect(lines).toEqual(['before', 'meanwhile', expect.stringMatching(/^import \[=+\] 100 % /), 'after', ''])
  })

  test('gives way to what is said at the end, and to no other job before', () => {
    const { lines, status } = terminal()
    const output = barOutput(status, false, what => status.print(`${what} done\n`))
    output.show('sync', reportAt())
    output.show('index', reportAt())
    expect(lines).toEqual([expect.stringMatching(/^sync /)])
    output.end('index', reportAt())
    expect(lines).toEqual(['index done', expect.stringMatching(/^sync /)])
    output.end('sync', reportAt())
    expect(lines).toEqual(['index done', 'sync done', ''])
    output.show('index', reportAt())
    expect(lines.at(-1)).toMatch(/^index /)
    status.clear()
    expect(lines.at(-1)).toBe('')
  })
})

test('elsewhere there are lines, and events of the log', () => {
  const lines: string[] = []
  const output = lineOutput(line => lines.push(line))
  output.show('import', reportAt())
  output.end('import', reportAt({ share: 1, leftSec: undefined }))
  expect(lines).toEqual([
    'import 42 % height 1420, 14 blocks/s, 1420 tx/s, 2 min 6 s left',
    'import 100 % height 1420, 14 blocks/s, 1420 tx/s',
  ])
  const events: unknown[] = []
  const log = { info: (event: string, fields: unknown) => events.push([event, fields]) } as unknown as Log
  logOutput(log).show('sync', reportAt())
  logOutput(log).end('sync', reportAt())
  expect(events).toEqual([
    ['sync', { height: 1420, percent: 42, blocksPerSec: 14, txPerSec: 1420, left: '2 min 6 s' }],
    ['sync done', { height: 1420, blocks: 420, transactions: 4200, seconds: 30, blocksPerSec: 14, txPerSec: 1420 }],
  ])
  expect([output.everyMs, logOutput(log).everyMs]).toEqual([10_000, 10_000])
})
