import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { StoreError } from '@raistone/consensus'
import type { BlockHash } from '@raistone/primitives'
import { type Ended, type NodeProcess, runRaistone, startNodeProcess, tempDir } from '@raistone/testkit'
import { expectSound } from './check.js'
import { feedFolder, openFolder } from './setting.js'
import { SmallDisk } from './small-disk.js'
import type { Story } from './story.js'

const KB = 1024
const MB = 1024 * KB
const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

/** One line on standard error, no stack, and exit code 1. */
function expectOneLine({ code, stderr }: Ended, what: RegExp): void {
  const lines = stderr.split('\n').filter(line => /^(raistone:|\{"error")/.test(line))
  expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(what)] })
  expect(stderr).not.toContain('    at ')
}

const start = (datadir: string): Promise<NodeProcess> => startNodeProcess({ datadir, args: ['--par=0', '--listen=0'] })

const mine = (node: NodeProcess, blocks: number): Promise<unknown> => node.rpc('generatetoaddress', blocks, ADDRESS)

/** The next start finds the ledger at least as high, and goes on. */
async function expectGoesOn(datadir: string, height: number): Promise<void> {
  const node = await start(datadir)
  const found = await node.rpc<number>('getblockcount')
  expect(found).toBeGreaterThanOrEqual(height)
  const { total_amount } = await node.rpc<{ total_amount: number }>('gettxoutsetinfo', 'none')
  expect(total_amount).toBe(found * 50)
  await mine(node, 3)
  expect(await node.stop()).toMatchObject({ code: 0 })
}

/** What a disk without room, without writing and without its folder does to the ledger and to a node. */
export function proveDisks(story: Story, figures: Record<string, unknown>, isQuick: boolean): void {
  const disks: SmallDisk[] = []
  const probe = SmallDisk.mount(MB)
  probe?.unmount()
  if (!probe) process.stderr.write('skipped: small disks, because this user may not mount a tmpfs\n')
  const onDisks = probe ? describe : describe.skip

  const mount = (bytes: number): SmallDisk => {
    const disk = SmallDisk.mount(bytes)
    if (!disk) throw new Error('mounting was permitted a moment ago')
    disks.push(disk)
    return disk
  }

  afterEach(() => {
    for (const disk of disks.splice(0)) disk.unmount()
  })

  onDisks('no space left', () => {
    test('wherever the ledger is when the disk is full', async () => {
      let full = 0
      const states = new Set<number>()
      const [step, end] = isQuick ? [20, 110] : [8, 480]
      for (let size = 24; size < end; size += step) {
        const disk = mount(size * KB)
        const told: BlockHash[] = []
        const opening = openFolder(disk.path, { cacheBytes: 50_000, groupBytes: 1500 })
        const failure = await feedFolder(opening, story.blocks, told)
        if (failure) {
          expect(failure).toBeInstanceOf(StoreError)
          expect(failure.message).toMatch(/^cannot (open|read|write) .*No space left on device$/)
          full++
        }
        disk.resize(8 * MB)
        states.add(await expectSound(disk.path, story, told))
        disk.unmount()
      }
      expect(full).toBeGreaterThan(2)
      figures['full disks'] = { full, differentStates: states.size }
    }, 600_000)

    test('under a node: it stops in one line, and goes on when there is room', async () => {
      const disk = mount(4 * MB)
      const node = await start(disk.path)
      await mine(node, 10)
      disk.fill(24 * KB)
      await expect(mine(node, 500)).rejects.toThrow()
      expectOneLine(await node.process.ended, /No space left on device/)
      disk.relieve()
      await expectGoesOn(disk.path, 10)
    }, 120_000)
  })

  onDisks('a disk that cannot be written', () => {
    test('is refused in one line, and nothing is lost', async () => {
      const disk = mount(4 * MB)
      const node = await start(disk.path)
      await mine(node, 5)
      await node.stop()
      disk.protect(true)
      const words = ['--chain=regtest', `--datadir=${disk.path}`, '--rpcport=0', '--port=0']
      expectOneLine(await runRaistone(['node', ...words]), /read-only file system/i)
      disk.protect(false)
      await expectGoesOn(disk.path, 5)
    }, 120_000)
  })

  describe('a directory that goes away', () => {
    test.each([
      ['idle', false],
      ['at work', true],
    ])(
      'under a node that is %s: it stops in one line',
      async (_, works) => {
        const datadir = tempDir()
        const node = await start(datadir)
        await mine(node, 5)
        const working = works ? mine(node, 100_000).catch(() => 'stopped') : 'stopped'
        rmSync(join(datadir, 'regtest'), { recursive: true, maxRetries: 5 })
        expectOneLine(await node.process.ended, /is gone|was deleted/)
        expect(await working).toBe('stopped')
        expect(existsSync(join(datadir, 'regtest', 'blocks'))).toBe(false)
        mkdirSync(join(datadir, 'regtest'), { recursive: true })
        await expectGoesOn(datadir, 0)
      },
      60_000,
    )
  })
}
