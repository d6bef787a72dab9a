import { writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { seededRandom } from '@raistone/testkit'
import { Life } from './life.js'
import { takeSample } from './sample.js'

// A process that lives through rounds and prints a sample after each. It may be asked to lose something every time.
const [dir, seed, rounds, payments, leaks] = process.argv.slice(2) as [string, string, string, string, string]
const ROUNDS_BETWEEN_RESTARTS = 4

const lost: unknown[] = []

/** Megabytes of the heap and outside of it, handles, and a listener. */
async function lose(): Promise<void> {
  lost.push(
    Array.from({ length: 250_000 }, (_, n) => n + 0.5),
    new ArrayBuffer(2_000_000),
  )
  for (let left = 3; left > 0; left--)
    await new Promise<void>(resolve => createServer().listen(0, '127.0.0.1', resolve))
  process.on('lost', () => undefined)
}

process.setMaxListeners(0)
const life = new Life(dir, seededRandom(Number(seed)), Number(payments))
await life.begin()
for (let n = 1; n <= Number(rounds); n++) {
  if (n % ROUNDS_BETWEEN_RESTARTS === 0) await life.restart()
  await life.round()
  if (leaks === 'leaks') await lose()
  writeSync(1, `sample ${JSON.stringify(takeSample(life.running))}\n`)
}
await life.stop()
const { blocks, reorganisations, restarts } = life
writeSync(1, `end ${JSON.stringify({ blocks, reorganisations, restarts })}\n`)
process.exit(0)
