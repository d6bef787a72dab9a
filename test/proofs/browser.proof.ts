import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { isQuick, SEED, writeFigures } from '../proof.js'
import { bundleCompute, OTHER_ENGINE } from '../same-bits/bundle.js'
import { chromiumVersion, findChromium } from '../same-bits/chromium.js'
import { computeInChromium } from '../same-bits/in-chromium.js'
import { type Asked, computeInNode } from '../same-bits/in-node.js'
import { differences, type Report } from '../same-bits/report.js'

/** A quick proof takes one of so many cases. */
const PART = isQuick ? 10 : 1
const LIMIT_MS = 120_000

/** On x64, V8 has WebAssembly's vectors only where it may use these instructions. */
const withoutSimd = ['--js-flags=--no-enable-sse4-1']
const testOnX64 = process.arch === 'x64' ? test : test.skip

const figures: Record<string, unknown> = { node: process.version }

/** A folder for one run, gone after it. */
async function inFolder(run: (folder: string) => Promise<Report>): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'raistone-browser-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let executable: string
let asked: Asked
let inNode: Report

const inBrowser = (flags: readonly string[]): Promise<Report> =>
  inFolder(folder => computeInChromium(asked, folder, { executable, flags }))

beforeAll(async () => {
  executable = findChromium()
  figures.chromium = chromiumVersion(executable)
  asked = { bundle: await bundleCompute({ hasPowers: true }), seed: SEED, part: PART }
  inNode = await inFolder(folder => computeInNode(asked, folder))
  figures.cases = inNode.sections.reduce((sum, { lines }) => sum + lines.length, 0)
  figures.sections = inNode.sections.map(({ name, digest, lines }) => ({ name, cases: lines.length, digest }))
}, LIMIT_MS)
afterAll(() => writeFigures(figures))

describe(`integer arithmetic has the same bits (seed ${SEED})`, () => {
  test('of the spends some are good', () => {
    const spends = inNode.sections.find(({ name }) => name === 'spends')?.lines ?? []
    const good = spends.filter(line => line.endsWith(': noble OK, wasm OK')).length
    expect(good).toBeGreaterThan(spends.length / 6)
  })

  test(
    'in Node and Chromium',
    async () => {
      const there = await inBrowser([])
      expect(differences(inNode, there)).toEqual([])
      expect(there.hasSimd).toBe(true)
    },
    LIMIT_MS,
  )

  testOnX64(
    'in Chromium without SIMD in WebAssembly',
    async () => {
      const there = await inBrowser(withoutSimd)
      expect(differences(inNode, there)).toEqual([])
      expect(there.hasSimd).toBe(false)
    },
    LIMIT_MS,
  )

  test(
    'whatever the functions give that ECMAScript leaves to the engine',
    async () => {
      const other = { ...asked, bundle: await bundleCompute({ hasPowers: false }) }
      const there = await inFolder(folder => computeInNode(other, folder, OTHER_ENGINE))
      expect(differences(inNode, there)).toEqual([])
    },
    LIMIT_MS,
  )
})
