import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '@raistone/testkit'
import { createLog, readableLine } from '../src/log/logger.js'
import { RotatingFile } from '../src/log/rotating-file.js'

afterAll(removeTempDirs)

test('a log file stays below its size and keeps as much of what was before', () => {
  const path = join(tempDir(), 'debug.log')
  const file = new RotatingFile(path, 100)
  const lines = Array.from({ length: 25 }, (_, i) => `line ${i + 10}\n`)
  for (const line of lines) file.write(line)
  file.close()
  expect(readFileSync(path, 'utf8')).toBe(lines.slice(24).join(''))
  expect(readFileSync(`${path}.old`, 'utf8')).toBe(lines.slice(12, 24).join(''))
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('one that was there is added to, a line longer than all is written all the same, a closed one takes nothing', () => {
  const path = join(tempDir(), 'debug.log')
  for (const text of ['a\n', 'b\n']) {
    const file = new RotatingFile(path, 100)
    file.write(text)
    file.close()
    file.write('late\n')
  }
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
  const long = `${'x'.repeat(200)}\n`
  const file = new RotatingFile(path, 100)
  file.write(long)
  file.close()
  expect(readFileSync(path, 'utf8')).toBe(long)
})

test('a log has one JSON object a line, details only when asked for', () => {
  const told = (debug: boolean): Record<string, unknown>[] => {
    const file = join(tempDir(), 'debug.log')
    const log = createLog({ file, console: false, debug })
    log.info('one', { sats: 2n ** 60n })
    log.child('rpc').debug('two', { text: 'line\nbreak' })
    log.close()
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.map(line => JSON.parse(line) as Record<string, unknown>)
  }
  expect(told(false)).toMatchObject([{ level: 'info', msg: 'one', sats: '1152921504606846976' }])
  expect(told(true)).toMatchObject([{ msg: 'one' }, { level: 'debug', scope: 'rpc', msg: 'two', text: 'line\nbreak' }])
})

test('a line for people has time, scope, event and fields', () => {
  const record = { level: 'error', time: '2026-01-02T03:04:05.678Z', scope: 'chain', msg: 'tip', height: 5, hash: 'ab' }
  expect(readableLine(JSON.stringify(record))).toBe('03:04:05 chain    ERROR tip height=5 hash=ab\n')
})

test('a log that cannot be opened is one clear line', () => {
  const file = tempDir()
  mkdirSync(file, { recursive: true })
  expect(() => createLog({ file, console: false, debug: false })).toThrow(`cannot write the log ${file}: EISDIR`)
})
