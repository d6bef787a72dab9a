import type { ChainParams } from '@raistone/consensus'
import type { NetworkOptions } from '../../src/deps.js'
import { newIdentity } from '../../src/host/identity.js'
import type { Fields, Log } from '../../src/log.js'
import { Network } from '../../src/network.js'
import { FakeChain, genesisBlock } from './fake-chain.js'
import { FakeMempool } from './fake-mempool.js'

export interface Line {
  readonly level: 'error' | 'info' | 'debug'
  readonly event: string
  readonly fields: Fields
}

/** Keeps every line. */
export function memoryLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = []
  const at =
    (level: Line['level']) =>
    (event: string, fields: Fields = {}): void => {
      lines.push({ level, event, fields })
    }
  const log = { lines, error: at('error'), info: at('info'), debug: at('debug'), child: (): Log => log }
  return log
}

export const testParams = (networkHash = 'ab'.repeat(32)): ChainParams =>
  ({
    name: 'fake',
    ports: { p2p: 1, rpc: 2 },
    pow: { spacingSec: 600 },
    minimumChainWork: 0n,
    genesis: genesisBlock,
    networkHash,
    networkId: networkHash.slice(0, 16),
  }) as unknown as ChainParams

/** Resolves when the condition holds; asks again every few milliseconds until the deadline. */
export async function until(condition: () => boolean, what: string, deadlineMs = 8_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export interface TestNode {
  readonly network: Network
  readonly chain: FakeChain
  readonly mempool: FakeMempool
  readonly log: ReturnType<typeof memoryLog>
  readonly address: string
}

interface Setup {
  readonly chain?: FakeChain
  readonly networkHash?: string
  readonly privateKey?: Uint8Array
  readonly options?: Partial<NetworkOptions>
  readonly random?: () => number
}

const running = new Set<Network>()

/** A listening node with a fake ledger. */
export async function startNode(setup: Setup = {}): Promise<TestNode> {
  const chain = setup.chain ?? new FakeChain()
  const mempool = new FakeMempool()
  const log = memoryLog()
  const network = new Network(
    {
      params: testParams(setup.networkHash),
      chain,
      mempool,
      clock: { nowMs: () => Date.now() },
      log,
      random: setup.random ?? Math.random,
      privateKey: setup.privateKey ?? (await newIdentity()),
    },
    { listen: ['/ip4/127.0.0.1/tcp/0'], connect: [], addnode: [], userAgent: '/test:1/', ...setup.options },
  )
  running.add(network)
  await network.start()
  return { network, chain, mempool, log, address: network.multiaddrs()[0] as string }
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(network => network.stop()))
  running.clear()
}

/** `127.0.0.1:PORT` of a node. */
export const hostPortOf = (node: TestNode): string => {
  const [, ip, port] = /ip4\/([^/]+)\/tcp\/(\d+)/.exec(node.address) ?? []
  return `${ip}:${port}`
}

/** `from` dials `to`; resolves when both have shown their status. */
export async function connect(from: TestNode, to: TestNode): Promise<void> {
  await from.network.addNode(hostPortOf(to), 'add')
  const sees = (a: TestNode, b: TestNode): boolean => a.network.peers().some(each => each.peerId === b.network.peerId)
  await until(() => sees(from, to) && sees(to, from), 'connected')
}
