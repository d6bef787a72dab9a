import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, TestProcess, tempDir } from '@raistone/testkit'
import { isQuick, SEED, writeFigures } from '../proof.js'
import type { Sample } from '../soak/sample.js'
import { type Trend, trendOf } from '../soak/trend.js'

const child = fileURLToPath(new URL('../soak/child.js', import.meta.url))
const HOUR_MS = 3_600_000
/** How much a line may rise over the run, as a share of its level. */
const MOST_GROWTH = 0.1
/** Timers of the network come and go: one more or less at the end of a short run is none that was left behind. */
const MOST_RISE: Partial<Record<keyof Sample, number>> = { handles: 2 }

const figures: Record<string, unknown> = {}

afterAll(async () => {
  await killAllProcesses()
  removeTempDirs()
  writeFigures(figures)
})

const linesOf = (stdout: string, word: string): unknown[] =>
  stdout
    .split('\n')
    .filter(line => line.startsWith(`${word} `))
    .map(line => JSON.parse(line.slice(word.length + 1)))

type Trends = Record<keyof Sample, Trend>

/**
 * The tree of headers takes its memory in pieces of 4,096, the first of which lasts for the whole run: a second one would
 * be half of all array buffers, and yet nothing that was left behind. So there are payments rather than blocks.
 */
const rounds = isQuick ? 16 : 350
const payments = isQuick ? 10 : 80

async function live(count: number, each: number, leaks = 'none'): Promise<{ trends: Trends; counts: unknown }> {
  const { code, stdout, stderr } = await new TestProcess(
    process.execPath,
    [
      '--expose-gc',
      '--disable-warning=ExperimentalWarning',
      child,
      tempDir(),
      String(SEED),
      String(count),
      String(each),
      leaks,
    ],
    {},
  ).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const samples = linesOf(stdout, 'sample') as Sample[]
  expect(samples).toHaveLength(count)
  const kinds = Object.keys(samples[0] as Sample) as (keyof Sample)[]
  const trends = Object.fromEntries(kinds.map(kind => [kind, trendOf(samples.map(sample => sample[kind]))])) as Trends
  return { trends, counts: linesOf(stdout, 'end')[0] }
}

const growing = (trends: Trends): string[] =>
  (Object.keys(trends) as (keyof Sample)[])
    .filter(kind => trends[kind].growth > MOST_GROWTH && trends[kind].rise > (MOST_RISE[kind] ?? 0))
    .sort()

test(
  `blocks, reorganisations and restarts leave nothing behind (seed ${SEED})`,
  async () => {
    const { trends, counts } = await live(rounds, payments)
    figures.counts = counts
    figures.trends = trends
    expect(growing(trends)).toEqual([])
  },
  HOUR_MS,
)

test('something that is lost in every round is found', async () => {
  const { trends } = await live(8, 10, 'leaks')
  figures.leaks = trends
  expect(growing(trends)).toEqual(['arrayBuffers', 'emitters', 'external', 'handles', 'heap', 'listeners'])
}, 300_000)
