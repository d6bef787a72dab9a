import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { loadIdentity } from '../src/identity.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'raistone-identity-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('node.key', () => {
  test('is made once, for its owner only, and kept', async () => {
    const file = join(folder, 'node.key')
    const made = await loadIdentity(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const text = readFileSync(file, 'utf8')
    expect(await loadIdentity(file)).toEqual(made)
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([text, ['node.key']])
  })

  test('that others could read is closed to them', async () => {
    const file = join(folder, 'node.key')
    await loadIdentity(file)
    const text = readFileSync(file, 'utf8')
    rmSync(file)
    writeFileSync(file, text, { mode: 0o644 })
    await loadIdentity(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('whose writing was cut short does not stand in the way', async () => {
    writeFileSync(join(folder, 'node.key.new'), 'ab')
    await loadIdentity(join(folder, 'node.key'))
    expect(readdirSync(folder)).toEqual(['node.key'])
  })

  test.each([[''], ['zz'], ['abc'], ['abcd'], ['08011240']])(
    'that is "%s" is refused in one line, and kept',
    async text => {
      const file = join(folder, 'node.key')
      writeFileSync(file, `${text}\n`)
      await expect(loadIdentity(file)).rejects.toMatchObject({
        name: 'CliError',
        message: `${file} is not a node key: move it away and a new one is made`,
      })
      expect(readFileSync(file, 'utf8')).toBe(`${text}\n`)
    },
  )

  test('with any digit changed is refused, so that a node never has another name without being told', async () => {
    const file = join(folder, 'node.key')
    await loadIdentity(file)
    const text = readFileSync(file, 'utf8').trim()
    for (let at = 0; at < text.length; at++) {
      const digit = (Number.parseInt(text[at] as string, 16) ^ (1 << (at % 4))).toString(16)
      writeFileSync(file, `${text.slice(0, at)}${digit}${text.slice(at + 1)}\n`)
      await expect(loadIdentity(file)).rejects.toMatchObject({ name: 'CliError' })
    }
  })
})
