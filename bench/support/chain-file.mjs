// The chain of 60,000 transactions that Bitcoin Core made: where it is, its blocks, and a node's directory that has it.
import { spawn } from 'node:child_process'
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

/**
 * `raistone import` of the chain into the directory, in a process of its own, whose pid `begun` is told; what it printed.
 * Throws unless it ended at the chain's tip. `nodeWords` are for Node.js.
 */
export async function importChain({ file, facts }, datadir, words, { begun, nodeWords = [], env } = {}) {
  const args = [launcher, 'import', file, '--chain=regtest', `--datadir=${datadir}`, '--json', ...words]
  const child = spawn(process.execPath, [...nodeWords, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  begun?.(child.pid)
  const said = { out: '', notes: '' }
  child.stdout.on('data', chunk => {
    said.out += chunk
  })
  child.stderr.on('data', chunk => {
    said.notes += chunk
  })
  const code = await new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal)),
  )
  if (code !== 0) throw new Error(`raistone import ended with ${code}\n${said.notes}`)
  const found = JSON.parse(said.out)
  if (found.tip !== facts.tip) throw new Error(`the import did not end at ${facts.tip}: ${said.out}`)
  return found
}
