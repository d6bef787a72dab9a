import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { killAllProcesses, removeTempDirs, TestProcess, tempDir, waitFor, withDeadline } from '@raistone/testkit'
import { listWallets, openWalletFile } from '../src/store/file.node.js'

afterEach(killAllProcesses)
afterAll(removeTempDirs)

const module = fileURLToPath(new URL('../src/store/file.node.js', import.meta.url))

/** A process that opens the wallet `w`, or says that it cannot, and then does as told. */
const stranger = (wallets: string, then: string, create = false): TestProcess =>
  new TestProcess(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { openWalletFile } from ${JSON.stringify(module)}
     const store = await openWalletFile(${JSON.stringify(wallets)}, 'w', ${create}).catch(error => {
       console.log(error.code)
       process.exit()
     })
     console.log('open')
     ${then}`,
    ],
    {},
  )

const FOREVER = 'setInterval(() => undefined, 1000)'

const deadline = <T>(promise: Promise<T>): Promise<T> => withDeadline(promise, 20_000)

const modeOf = (path: string): number => statSync(path).mode & 0o777

async function walletWith(text: string): Promise<string> {
  const wallets = join(tempDir(), 'wallets')
  const store = await openWalletFile(wallets, 'w', true)
  await store.write(text)
  await store.close()
  return wallets
}

async function contentOf(wallets: string): Promise<string | undefined> {
  const store = await openWalletFile(wallets, 'w')
  const text = await store.read()
  await store.close()
  return text
}

describe('a wallet on disk', () => {
  test('is for its owner only', async () => {
    const wallets = join(tempDir(), 'wallets')
    const store = await openWalletFile(wallets, 'w', true)
    await store.write('a')
    for (const folder of [wallets, join(wallets, 'w')]) expect(modeOf(folder)).toBe(0o700)
    const files = readdirSync(join(wallets, 'w'))
    expect(files.sort()).toEqual([`lock.${process.pid}`, 'wallet.json'])
    for (const file of files) expect(modeOf(join(wallets, 'w', file))).toBe(0o600)
    await store.close()
    expect(readdirSync(join(wallets, 'w'))).toEqual(['wallet.json'])
  })

  test('is not made twice', async () => {
    const wallets = await walletWith('first')
    await expect(openWalletFile(wallets, 'w', true)).rejects.toMatchObject({ code: 'exists' })
    expect(await contentOf(wallets)).toBe('first')
  })

  test('that is not there is missing, and nothing is made', async () => {
    const wallets = join(tempDir(), 'wallets')
    await expect(openWalletFile(wallets, 'w')).rejects.toMatchObject({ code: 'missing' })
    for (const name of ['../w', 'a/b', '', '.w', 'x'.repeat(65)])
      await expect(openWalletFile(wallets, name, true)).rejects.toMatchObject({ code: 'missing' })
    expect(await listWallets(wallets)).toEqual([])
  })

  test('is listed by its name', async () => {
    const wallets = await walletWith('a')
    mkdirSync(join(wallets, 'empty'))
    writeFileSync(join(wallets, 'file'), '')
    await (await openWalletFile(wallets, 'b', true)).close()
    expect(await listWallets(wallets)).toEqual(['w'])
  })
})

describe('writing', () => {
  test('that fails leaves what was there', async () => {
    const wallets = await walletWith('old')
    mkdirSync(join(wallets, 'w', 'wallet.json.tmp'))
    const store = await openWalletFile(wallets, 'w')
    await expect(store.write('new')).rejects.toThrow('EISDIR')
    expect(await store.read()).toBe('old')
    rmSync(join(wallets, 'w', 'wallet.json.tmp'), { recursive: true })
    await store.write('new')
    expect(await store.read()).toBe('new')
    await store.close()
  })

  test('that is cut short by a kill leaves the old text or the new one, whole', async () => {
    const long = (letter: string): string => letter.repeat(8_000_000)
    const wallets = await walletWith(long('a'))
    const file = join(wallets, 'w', 'wallet.json')
    for (let round = 0; round < 3; round++) {
      const writer = stranger(
        wallets,
        `for (let i = 0; ; i++) { await store.write('bc'[i % 2].repeat(8_000_000)); console.log('wrote') }`,
      )
      await deadline(writer.line(line => line === 'wrote'))
      // While it writes: the kill falls somewhere into the next writes.
      await waitFor(() => readdirSync(join(wallets, 'w')).includes('wallet.json.tmp'), 20_000)
      await writer.kill()
      const text = readFileSync(file, 'utf8')
      expect(text.length).toBe(8_000_000)
      expect(text === long('b') || text === long('c')).toBe(true)
    }
    expect((await contentOf(wallets))?.length).toBe(8_000_000)
  })
})

describe('the lock', () => {
  test('keeps others out, names its holder, and is gone with a process that was killed', async () => {
    const wallets = await walletWith('a')
    const holder = stranger(wallets, FOREVER)
    await deadline(holder.line(line => line === 'open'))
    await expect(openWalletFile(wallets, 'w')).rejects.toMatchObject({
      code: 'in-use',
      message: `wallet w is in use by process ${holder.pid}`,
    })
    await holder.kill()
    expect(readdirSync(join(wallets, 'w'))).toContain(`lock.${holder.pid}`)
    expect(await contentOf(wallets)).toBe('a')
    expect(readdirSync(join(wallets, 'w'))).toEqual(['wallet.json'])
  })

  test('keeps this process out too, but not because of an earlier one with the same id', async () => {
    const wallets = await walletWith('a')
    writeFileSync(join(wallets, 'w', `lock.${process.pid}`), '')
    const store = await openWalletFile(wallets, 'w')
    await expect(openWalletFile(wallets, 'w')).rejects.toMatchObject({ code: 'in-use' })
    await store.close()
    expect(await contentOf(wallets)).toBe('a')
  })

  test('is never held by two that come at the same time', async () => {
    const wallets = await walletWith('a')
    // Left over from a process that is gone: no reason to let two in.
    writeFileSync(join(wallets, 'w', 'lock.4194305'), '')
    const all = Array.from({ length: 4 }, () => stranger(wallets, FOREVER))
    const answers = await Promise.all(all.map(each => deadline(each.line(() => true))))
    expect(answers.filter(answer => answer === 'open').length).toBeLessThanOrEqual(1)
    expect(answers.filter(answer => answer !== 'open')).toEqual(answers.filter(answer => answer === 'in-use'))
  })
})
