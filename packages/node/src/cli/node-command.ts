import { isLoopback, nodeConfig } from '../config/node-config.js'
import { parseWords } from '../config/parse-words.js'
import { configure } from '../config/settings.js'
import type { RunningNode } from '../node.js'
import { version } from '../version.js'
import { exitCode, usageError } from './cli-error.js'
import { commandHelp } from './help.js'
import { hasColour, type Io } from './io.js'

/** Within this time a second signal is taken for the echo of the first: a terminal sends it to the whole group. */
const ECHO_MS = 2000

/** `raistone node`: runs until a signal or the RPC `stop`. `onReady` is told when everything is up. */
export async function run(words: readonly string[], io: Io, onReady?: (node: RunningNode) => void): Promise<number> {
  const { options, operands, help } = parseWords(words, 'node')
  if (help !== 'no') {
    io.out(commandHelp('node', help === 'all'))
    return exitCode.ok
  }
  if (operands.length > 0) throw usageError(`raistone node takes options only, not "${operands[0]}"`)
  const configured = configure(options, io.env)
  if (options.has('rpcpassword') && io.interactive) {
    io.note(
      'raistone: a password among the arguments can be seen by others on this machine; prefer RAISTONE_RPC_PASSWORD',
    )
  }
  for (const name of configured.unknown)
    io.note(`raistone: unknown option "${name}" in the configuration file is ignored`)
  const config = nodeConfig(configured)
  const stopping = new AbortController()
  const unlisten = onSignals(stopping, io)
  // Loaded when there is something to start: a mistyped option is answered without waiting for a network stack.
  const [{ startNode }, { isEnded }] = await Promise.all([import('../node.js'), import('../ledger.js')])
  try {
    const node = await startNode(config, { signal: stopping.signal, status: io.status, colour: hasColour(io) })
    if (configured.settings.flag('json')) io.out(JSON.stringify(readyFacts(node)))
    else for (const line of readyLines(node)) io.out(line)
    onReady?.(node)
    await node.stopped
    return exitCode.ok
  } catch (error) {
    if (isEnded(error)) return exitCode.ok
    throw error
  } finally {
    unlisten()
  }
}

/** The first signal stops the node; none aborts a commit that is under way. */
function onSignals(stopping: AbortController, io: Io): () => void {
  let firstMs = 0
  const listener = (): void => {
    const nowMs = Date.now()
    if (firstMs === 0) {
      firstMs = nowMs
      stopping.abort()
    } else if (nowMs - firstMs > ECHO_MS) io.note('raistone: still writing to disk, stopping as soon as that is done')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, listener)
  return () => {
    for (const signal of signals) process.off(signal, listener)
  }
}

const readyFacts = (node: RunningNode): object => ({
  version,
  chain: node.params.name,
  networkId: node.params.networkId,
  peerId: node.peerId,
  multiaddrs: node.multiaddrs(),
  rpc: node.rpcUrl ?? null,
  cookie: node.cookieFile ?? null,
  pid: process.pid,
})

function readyLines(node: RunningNode): string[] {
  const { params } = node
  const lines = [
    `Raistone ${version} on ${params.title}`,
    `peer id     ${node.peerId}`,
    ...node.multiaddrs().map(address => `listening   ${address}`),
    ...(node.rpcUrl === undefined ? [] : [`JSON-RPC    ${node.rpcUrl}`]),
    ...(node.cookieFile === undefined ? [] : [`cookie      ${node.cookieFile}`]),
  ]
  const reachable = node.multiaddrs().find(address => !isLoopback(address))
  if (reachable !== undefined) {
    lines.push('on another machine:', `  npx --no raistone node --chain ${node.chainArgument} --addnode ${reachable}`)
  }
  if (params.discovery && params.bootstrap.length === 0) {
    lines.push(`${params.name} names no bootstrap peer: give --addnode, or be found by others`)
  }
  return lines
}
