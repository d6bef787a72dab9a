// `npm start`: a devnet node that mines to a demonstration wallet, and three commands to try on it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHAIN = 'devnet'
const AMOUNT = '1.5'
const launcher = fileURLToPath(new URL('../packages/node/bin/raistone.js', import.meta.url))
const { configure, dataDirectory, exitCode, parseWords, processIo, readHolder, runNode, guarded } = await import(
  '../packages/node/dist/src/index.js'
)

const io = processIo()
const words = [`--chain=${CHAIN}`, ...process.argv.slice(2)]

/** Runs `raistone …` in a process of its own, so that keys never enter the node's; resolves with what it printed. */
function raistone(root, ...args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [launcher, ...args, `--chain=${CHAIN}`, `--datadir=${root}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, RAISTONE_WALLET_PASSPHRASE: '' },
    })
    let out = ''
    let notes = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.on('data', chunk => {
      notes += chunk
    })
    child.on('error', failed)
    child.on('close', code => (code === 0 ? done(out.trim()) : failed(new Error(notes.trim() || `exit code ${code}`))))
  })
}

/** What the directory says of its rules; undefined in a new one, and where it cannot be read: the node judges then. */
function networkIdOf({ genesis }) {
  if (!existsSync(genesis)) return undefined
  try {
    return JSON.parse(readFileSync(genesis, 'utf8')).networkId
  } catch {
    return undefined
  }
}

/** The directory of a devnet whose rules have changed since cannot be used: it is kept under another name. */
function moveOldChain(directory, params) {
  const networkId = networkIdOf(directory)
  if (networkId === undefined || networkId === params.networkId) return
  let target = `${directory.path}.old-${networkId}`
  for (let n = 2; existsSync(target); n++) target = `${directory.path}.old-${networkId}-${n}`
  renameSync(directory.path, target)
  io.note(`The rules of ${CHAIN} have changed: the old chain and its wallets are now in ${target}; starting anew.`)
}

/** An address of the demonstration wallet, which is made if there is none. */
async function walletAddress(root, directory, name) {
  if (!existsSync(`${directory.wallets}/${name}`)) await raistone(root, 'wallet', 'create', `--wallet=${name}`)
  return raistone(root, 'wallet', 'address', `--wallet=${name}`)
}

const second = holder =>
  [
    `A ${CHAIN} node is already running here (process ${holder.pid}, JSON-RPC ${holder.rpc ?? 'off'}).`,
    'A second node on this machine:',
    `  npx --no raistone node --chain ${CHAIN} --datadir ~/.raistone-2 --port 0 --rpcport 0${holder.peer ? ` --addnode ${holder.peer}` : ''}`,
  ].join('\n')

const nextSteps = (friend, url, elsewhere) =>
  [
    '',
    'The first coin can be spent. In another terminal, in this folder:',
    `  npx --no raistone wallet balance --wallet miner${elsewhere}`,
    `  npx --no raistone wallet send ${friend} ${AMOUNT} --wallet miner --yes${elsewhere}`,
    `  npx --no raistone wallet history --wallet friend${elsewhere}`,
    `Any Bitcoin tool can ask ${url} (user and password are in the cookie file). Ctrl-C stops.`,
  ].join('\n')

async function start() {
  const { options } = parseWords(words, 'node')
  const configured = configure(options, process.env)
  const elsewhere = options.has('datadir') ? ` --datadir ${configured.root}` : ''
  const directory = dataDirectory(configured.directory)
  const holder = readHolder(directory)
  if (holder) {
    io.note(second(holder))
    return exitCode.failed
  }
  moveOldChain(directory, configured.params)
  const miner = await walletAddress(configured.root, directory, 'miner')
  const friend = await walletAddress(configured.root, directory, 'friend')
  io.note(`The wallets miner and friend have no passphrase: ${CHAIN} coins are worth nothing.`)
  return runNode([...words, '--mine', `--mine-to=${miner}`], io, node => {
    let told = false
    const tell = () => {
      if (told || node.chain.tip.height <= node.params.coinbaseMaturity) return
      told = true
      io.out(nextSteps(friend, node.rpcUrl, elsewhere))
    }
    node.chain.events.on('tip', tell)
    tell()
  })
}

process.exitCode = await guarded(start, io)
