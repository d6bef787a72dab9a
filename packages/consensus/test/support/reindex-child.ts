import { writeSync } from 'node:fs'
import { openLevelStore } from '../../src/store/level.node.js'
import { openLive } from './live-chain.js'

// A process to be killed: makes everything in the folder it is given again, and stands still in a phase after so many
// blocks, with whatever it has begun to write.
const [dir, phase, blocks] = process.argv.slice(2)
const store = await openLevelStore(dir as string)
await store.requestReindex()
await openLive(store, {
  progress: told => {
    if (told.phase !== phase || told.blocks !== Number(blocks)) return
    writeSync(1, 'here\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
})
