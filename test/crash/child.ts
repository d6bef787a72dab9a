import { writeSync } from 'node:fs'
import { openIndexes } from './indexes.js'
import { openFolder, readBlocks, submit } from './setting.js'
import { watched, watchWrites } from './watched.js'

// A process to be killed: takes the blocks of a file into the ledger in a folder and prints every tip that it is told. It
// may be asked to end itself before or after a write, or to `wait` at its end for somebody to do it; and to keep indexes,
// whose writes are those that count then.
const [dir, file, sizes, when, write, indexed] = process.argv.slice(2) as [string, string, string, string, ...string[]]
let writes = 0

const endAt = async (go: () => Promise<void>): Promise<void> => {
  const isTheOne = ++writes === Number(write)
  if (isTheOne && when === 'before') process.kill(process.pid, 'SIGKILL')
  await go()
  if (isTheOne && when === 'after') process.kill(process.pid, 'SIGKILL')
}

writeSync(1, 'begin\n')
const chain = await openFolder(dir, JSON.parse(sizes), indexed ? undefined : watchWrites(endAt))
const indexes = indexed ? await openIndexes(dir, chain, database => watched(database, endAt)) : undefined
writeSync(1, 'open\n')
chain.events.on('tip', ({ entry }) => writeSync(1, `tip ${entry.hash}\n`))
await submit(chain, readBlocks(file))
await indexes?.reachTip()
await indexes?.close()
await chain.close()
writeSync(1, `end ${writes}\n`)
if (when === 'wait') setInterval(() => undefined, 60_000)
