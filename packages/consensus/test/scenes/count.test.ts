import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { aboutBlocks, aboutChains, aboutScripts } from './groups.js'
import type { Theme } from './stage/scene.js'

const themes = [...aboutBlocks, ...aboutChains, ...aboutScripts]
const isTheme = (value: unknown): value is Theme => typeof value === 'object' && value !== null && 'scenes' in value

test('every theme of this folder is played, once', async () => {
  // The sources: what is compiled may be left over from a file that is gone.
  const files = readdirSync(new URL('../../../test/scenes/', import.meta.url)).filter(name =>
    /^[a-z-]+\.ts$/.test(name),
  )
  const load = async (name: string): Promise<unknown[]> =>
    Object.values((await import(`./${name.replace(/ts$/, 'js')}`)) as object)
  const modules = await Promise.all(files.map(load))
  const written = modules.flat().filter(isTheme)
  expect(written.map(({ name }) => name).sort()).toEqual(themes.map(({ name }) => name).sort())
  expect(new Set(themes).size).toBe(themes.length)
})

test('a hundred scenes and more, no two of a theme with the same name', () => {
  const counts = themes.map(({ name, scenes }) => `${name}: ${scenes.length}`)
  const total = themes.reduce((sum, { scenes }) => sum + scenes.length, 0)
  for (const { scenes } of themes) expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length)
  expect({ counts, isEnough: total >= 100 }).toEqual({ counts, isEnough: true })
})
