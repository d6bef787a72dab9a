// The chain of 60,000 transactions that Bitcoin Core made: where it is, and its blocks.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The command as it was built. */
export const launcher = join(root, 'packages', 'node', 'bin', 'raistone.js')

/** The file and what is known of it; ends the process where it is missing. */
export function coreChain(chains) {
  const folder = chains ?? process.env.RAISTONE_CHAINS ?? join(root, '..', 'shared', 'chains')
  const file = join(folder, 'core-regtest-60k.dat')
  if (!existsSync(file)) {
    console.error(`${file} is missing: set RAISTONE_CHAINS, or give --chains`)
    process.exit(1)
  }
  return { file, facts: JSON.parse(readFileSync(join(folder, 'core-regtest-60k.json'), 'utf8')) }
}

/** Options of the bench that are handed to the node or the command. */
export const handedOn = options =>
  ['par', 'dbcache'].flatMap(name => (options[name] === undefined ? [] : [`--${name}=${options[name]}`]))

const FRAME = 8

/** The raw blocks of a file, in its order, in hex. */
export function* blocksInHex(file) {
  const bytes = readFileSync(file)
  for (let at = 0; at + FRAME <= bytes.length; ) {
    const end = at + FRAME + bytes.readUInt32LE(at + 4)
    yield bytes.toString('hex', at + FRAME, end)
    at = end
  }
}
