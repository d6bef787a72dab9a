import { writeSync } from 'node:fs'
import { openFolder, readBlocks, submit } from './setting.js'
import { type AroundWrite, watchWrites } from './watched.js'

// A process to be killed: takes the blocks of a file into the ledger in a folder and prints every tip that it is told. It
// may be asked to end itself before or after a write, or to `wait` at its end for somebody to do it.
const [dir, file, sizes, when, write] = process.argv.slice(2) as [string, string, string, string, string]
let writes = 0

const endAt: AroundWrite = async go => {
  const isTheOne = ++writes === Number(write)
  if (isTheOne && when === 'before') process.kill(process.pid, 'SIGKILL')
  await go()
  if (isTheOne && when === 'after') process.kill(process.pid, 'SIGKILL')
}

writeSync(1, 'begin\n')
const chain = await openFolder(dir, JSON.parse(sizes), watchWrites(endAt))
writeSync(1, 'open\n')
chain.events.on('tip', ({ entry }) => writeSync(1, `tip ${entry.hash}\n`))
await submit(chain, readBlocks(file))
await chain.close()
writeSync(1, `end ${writes}\n`)
if (when === 'wait') setInterval(() => undefined, 60_000)
