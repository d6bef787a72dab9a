import { writeSync } from 'node:fs'
import { openLevelStore } from '../../src/store/level.node.js'
import { crashBlocks } from './crash-blocks.js'
import { openLive } from './live-chain.js'

/** Blocks that are submitted before the first of them is answered. */
const AT_ONCE = 3

// A process to be killed: takes the blocks into the store in the folder it is given, and prints every tip it is told.
// After so many blocks it goes no further, so that a late kill finds it alive.
const [dir, cacheBytes, mostBlocks] = process.argv.slice(2)
const chain = await openLive(await openLevelStore(dir as string), { cacheBytes: Number(cacheBytes) })
chain.events.on('tip', ({ entry }) => writeSync(1, `tip ${entry.hash}\n`))
const blocks = crashBlocks()
for (let at = 0; at < blocks.length; at += AT_ONCE) {
  await Promise.all(blocks.slice(at, at + AT_ONCE).map(({ raw }) => chain.submitBlock(raw)))
  if (at >= Number(mostBlocks)) await new Promise(() => setInterval(() => undefined, 60_000))
}
await chain.close()
writeSync(1, 'end\n')
