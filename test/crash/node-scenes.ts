import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { CliError, configFromWords, type RunningNode, silentLog, startNode } from '@raistone/node'
import { flipByte, startNodeProcess, tempDir, waitFor } from '@raistone/testkit'
import { addressOf, agree, connected } from '../nodes.js'

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'
const BLOCKS = 12

const start = (datadir: string): Promise<RunningNode> =>
  startNode(
    configFromWords(['--chain=regtest', `--datadir=${datadir}`, '--port=0', '--rpcport=0', '--par=0', '--listen=0']),
    { log: silentLog },
  )

/** Files beside the databases that a node has left behind. */
const plainFiles = (folder: string): string[] =>
  readdirSync(folder).filter(name => statSync(join(folder, name)).isFile())

/** A node's folder with a few blocks, as a kill leaves it: lock and cookie are still there. */
async function leftBehind(): Promise<string> {
  const datadir = tempDir()
  const node = await startNodeProcess({ datadir, args: ['--par=0', '--listen=0'] })
  await node.rpc('generatetoaddress', BLOCKS, ADDRESS)
  await node.kill()
  return datadir
}

/** Starts, or refuses in one line of the command. */
async function outcomeOf(datadir: string, peerId: string): Promise<'started' | 'refused'> {
  try {
    const node = await start(datadir)
    expect(node.chain.tip.height).toBe(BLOCKS)
    expect(node.peerId).toBe(peerId)
    await node.stop()
    return 'started'
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    expect(error.code).toBe(1)
    expect(error.message).not.toContain('\n')
    return 'refused'
  }
}

/** What damage does to a whole node: to its plain files, and to a block that its peers have. */
export function proveNodes(figures: Record<string, unknown>, isQuick: boolean, random: () => number): void {
  test("one flipped bit in a node's plain files: it starts as itself with the same chain, or refuses in one line", async () => {
    const template = await leftBehind()
    const folder = join(template, 'regtest')
    const files = plainFiles(folder)
    expect(files).toEqual(expect.arrayContaining(['node.key', 'genesis.json', '.lock', '.cookie', 'debug.log']))
    const first = tempDir()
    cpSync(template, first, { recursive: true })
    const { peerId } = await start(first).then(async node => {
      await node.stop()
      return node
    })
    const outcomes: Record<string, Record<string, number>> = {}
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(join(folder, file)))
      for (let left = isQuick ? 1 : 25; left > 0 && bytes.length > 0; left--) {
        const datadir = tempDir()
        cpSync(template, datadir, { recursive: true })
        const bit = Math.floor(random() * bytes.length * 8)
        writeFileSync(join(datadir, 'regtest', file), flipByte(bytes, bit >> 3, 1 << (bit & 7)))
        const outcome = await outcomeOf(datadir, peerId).catch(error => {
          throw new Error(`bit ${bit} of ${file}`, { cause: error })
        })
        outcomes[file] = { ...outcomes[file], [outcome]: (outcomes[file]?.[outcome] ?? 0) + 1 }
        rmSync(datadir, { recursive: true })
      }
    }
    figures['flips in plain files'] = outcomes
  }, 600_000)

  describe('a damaged block', () => {
    test('is fetched again from a peer, in another process', async () => {
      const whole = await startNodeProcess({ datadir: tempDir(), args: ['--par=0'] })
      await whole.rpc('generatetoaddress', BLOCKS, ADDRESS)
      const hash = await whole.rpc<string>('getblockhash', BLOCKS / 2)
      const hex = await whole.rpc<string>('getblock', hash, 0)
      const peer = [`--connect=${addressOf(whole)}`, '--par=0']
      const datadir = tempDir()
      const first = await startNodeProcess({ datadir, args: peer })
      await agree([whole, first])
      await first.stop()
      damageBytes(join(datadir, 'regtest', 'blocks'), Buffer.from(hex, 'hex'))
      const alone = await startNodeProcess({ datadir, args: ['--par=0', '--listen=0'] })
      await expect(alone.rpc('getblock', hash, 0)).rejects.toThrow()
      await alone.stop()
      const again = await startNodeProcess({ datadir, args: peer })
      await connected(again, 1)
      expect(await waitFor(() => again.rpc<string>('getblock', hash, 0), 20_000, 'the block')).toBe(hex)
      for (const node of [whole, again]) await node.stop()
    }, 120_000)
  })
}

/** Flips a bit of these bytes wherever a file of the folder has them. */
function damageBytes(folder: string, bytes: Buffer): void {
  let found = 0
  for (const name of readdirSync(folder)) {
    const file = readFileSync(join(folder, name))
    const at = file.indexOf(bytes)
    if (at < 0) continue
    writeFileSync(join(folder, name), flipByte(new Uint8Array(file), at + bytes.length - 1, 1))
    found++
  }
  expect(found).toBeGreaterThan(0)
}
