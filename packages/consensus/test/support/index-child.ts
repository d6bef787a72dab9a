import { openLevelIndex, openLevelStore } from '../../src/store/level.node.js'
import { crashBlocks } from './crash-blocks.js'
import { openIndexed } from './indexed.js'
import { feed, openLive } from './live-chain.js'

// A process that kills itself: takes the blocks into the store in the folder it is given, keeps indexes beside it, and is
// gone before or after the n-th write of one of them.
const [dir, when, nth] = process.argv.slice(2) as [string, string, string]
let writes = 0
const chain = await openLive(await openLevelStore(dir))
const indexed = await openIndexed(chain, async folder => {
  const database = await openLevelIndex(dir, folder)
  const batchOf = database.batch.bind(database)
  return Object.assign(database, {
    batch: () => {
      const batch = batchOf()
      const write = batch.write.bind(batch)
      return Object.assign(batch, {
        write: async (options?: { sync?: boolean }) => {
          const isTheOne = ++writes === Number(nth)
          if (isTheOne && when === 'before') process.kill(process.pid, 'SIGKILL')
          await write(options)
          if (isTheOne && when === 'after') process.kill(process.pid, 'SIGKILL')
        },
      })
    },
  })
})
await feed(chain, crashBlocks())
await indexed.filters.caughtUp()
