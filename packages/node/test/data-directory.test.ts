import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { loadChain } from '@raistone/consensus/builtin'
import { removeTempDirs, TestProcess, tempDir } from '@raistone/testkit'
import { type DataDirectory, DirectoryLock, dataDirectory, readHolder } from '../src/index.js'
import { newCookie, readCookie, removeCookie, writeCookie } from '../src/rpc-access.js'

const params = loadChain('regtest')
let directory: DataDirectory

beforeEach(() => {
  directory = dataDirectory(join(tempDir(), 'regtest'))
})
afterAll(removeTempDirs)

const take = (): DirectoryLock => DirectoryLock.take(directory, 'raistone node', params)

/** What a lock file of our own says, with other members. */
function leaveLock(members: object): void {
  take()
  const own = JSON.parse(readFileSync(directory.lock, 'utf8')) as object
  writeFileSync(directory.lock, JSON.stringify({ ...own, ...members }))
}

describe('the lock of a data directory', () => {
  test('names its holder, refuses a second one and goes with it', () => {
    const lock = take()
    lock.publish({ rpc: 'http://127.0.0.1:1/' })
    expect(readHolder(directory)).toMatchObject({ pid: process.pid, command: 'raistone node', rpc: expect.any(String) })
    expect(statSync(directory.lock).mode & 0o777).toBe(0o600)
    expect(take).toThrow(`data directory ${directory.path} is in use already`)
    lock.release()
    expect(existsSync(directory.lock)).toBe(false)
    take().release()
  })

  test('of another process that lives is respected, and taken over when it has died', async () => {
    const other = new TestProcess('sleep', ['100'], {})
    leaveLock({ pid: other.pid, started: undefined })
    expect(take).toThrow(`is in use by process ${other.pid} (raistone node)`)
    await other.kill()
    take().release()
  })

  const hasProc = existsSync('/proc/self/stat') ? test : test.skip
  hasProc('is taken over where the number of its process came again', async () => {
    const other = new TestProcess('sleep', ['100'], {})
    leaveLock({ pid: other.pid })
    take().release()
    leaveLock({ started: 'an earlier boot/1' })
    take().release()
    await other.kill()
  })

  test.each(['', '{', '{"pid":0}', '{"pid":-1}', '{"pid":"x"}', 'null'])('that says %j holds nobody', text => {
    mkdirSync(directory.path, { recursive: true })
    writeFileSync(directory.lock, text)
    expect(readHolder(directory)).toBeUndefined()
    take().release()
    expect(existsSync(directory.lock)).toBe(false)
  })

  test('that has become another’s is not removed', () => {
    const lock = take()
    writeFileSync(directory.lock, JSON.stringify({ pid: 1 }))
    lock.release()
    expect(existsSync(directory.lock)).toBe(true)
  })

  test('cannot be had where nothing can be written', () => {
    mkdirSync(dirname(directory.path), { recursive: true })
    writeFileSync(directory.path, 'a file')
    expect(take).toThrow(/^cannot write to data directory /)
  })
})

describe('the cookie file', () => {
  test('is for its owner only, also over one that others could read', () => {
    const file = join(tempDir(), '.cookie')
    for (const name of [file, `${file}.tmp`]) writeFileSync(name, 'x', { mode: 0o666 })
    const cookie = newCookie()
    writeCookie(file, cookie)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toMatch(/^__cookie__:[0-9a-f]{64}$/)
    expect(readCookie(file)).toEqual(cookie)
    expect(newCookie()).not.toEqual(cookie)
  })

  test('is removed by who wrote it only', () => {
    const file = join(tempDir(), '.cookie')
    const [mine, other] = [newCookie(), newCookie()]
    writeCookie(file, other)
    removeCookie(file, mine)
    expect(readCookie(file)).toEqual(other)
    removeCookie(file, other)
    expect(readCookie(file)).toBeUndefined()
  })
})
