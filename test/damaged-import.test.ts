import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { decodeBlock } from '@raistone/primitives'
import {
  canRead,
  chainsFolder,
  changeNonce,
  flipByte,
  killAllProcesses,
  readBlockFile,
  removeTempDirs,
  reseal,
  runRaistone,
  tempDir,
  witnessOffset,
  writeBlockFile,
} from '@raistone/testkit'

const suite = canRead('chains') ? describe : describe.skip

/** The command on damaged files: what came before the damage is kept, and the true file then goes on from there. */
suite('raistone import of a damaged file', () => {
  /** Up to the block after the first one that spends. */
  let blocks: readonly Uint8Array[]
  /** Index of the block that is damaged. */
  let at: number

  beforeAll(() => {
    const bytes = new Uint8Array(readFileSync(join(chainsFolder() as string, 'core-regtest-60k.dat')))
    const all = [...readBlockFile(bytes)].map(({ raw }) => raw)
    at = all.findIndex(raw => decodeBlock(raw).transactions.length > 1)
    blocks = all.slice(0, at + 2)
  })

  afterEach(killAllProcesses)
  afterAll(removeTempDirs)

  const trueFile = (): Uint8Array => writeBlockFile(blocks)
  const fileWith = (damaged: Uint8Array): Uint8Array =>
    writeBlockFile(blocks.map((raw, i) => (i === at ? damaged : raw)))
  const hashAt = (index: number): string => decodeBlock(blocks[index] as Uint8Array).hash

  async function importFile(datadir: string, bytes: Uint8Array): Promise<Awaited<ReturnType<typeof runRaistone>>> {
    const file = join(datadir, 'blocks.dat')
    writeFileSync(file, bytes)
    return runRaistone(['import', file, '--chain=regtest', `--datadir=${datadir}`, '--json'])
  }

  async function expectTrueTip(datadir: string): Promise<void> {
    const done = await importFile(datadir, trueFile())
    expect(done).toMatchObject({ code: 0 })
    expect(JSON.parse(done.stdout)).toMatchObject({ height: blocks.length, tip: hashAt(at + 1) })
  }

  /** What is imported of the file when the damaged block is refused. */
  async function expectKept(datadir: string): Promise<void> {
    const done = await importFile(datadir, writeBlockFile(blocks.slice(0, 1)))
    expect(JSON.parse(done.stdout)).toMatchObject({ height: at, tip: hashAt(at - 1) })
  }

  test('names the reason for a changed signature that is sealed again, and takes the true file afterwards', async () => {
    const datadir = tempDir()
    const raw = blocks[at] as Uint8Array
    const damaged = reseal(decodeBlock(flipByte(raw, witnessOffset(raw, 1, 0, 0, 50), 0x01)))
    const failed = await importFile(datadir, fileWith(damaged.raw))
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('block-script-verify-flag-failed (Script evaluated without error')
    await expectKept(datadir)
    await expectTrueTip(datadir)
  })

  test('connects a block with another nonce that holds, and the next one misses its parent', async () => {
    const datadir = tempDir()
    const renonced = changeNonce(decodeBlock(blocks[at] as Uint8Array), true)
    const failed = await importFile(datadir, fileWith(renonced.raw))
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('prev-blk-not-found')
    const again = await importFile(datadir, writeBlockFile([renonced.raw]))
    expect(JSON.parse(again.stdout)).toMatchObject({ height: at + 1, tip: renonced.hash })
  })

  test('cut short it names the offset, and the rest can be imported later', async () => {
    const datadir = tempDir()
    const file = trueFile()
    const offsets = [...readBlockFile(file)].map(({ offset }) => offset)
    const failed = await importFile(datadir, file.subarray(0, (offsets[at] as number) + 1000))
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(new RegExp(`offset ${(offsets[at] as number) + 8}\\b`))
    await expectKept(datadir)
    await expectTrueTip(datadir)
  })
})
