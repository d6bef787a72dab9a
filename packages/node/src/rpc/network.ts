import { AddNodeError, type PeerInfo } from '@raistone/network'
import {
  amount,
  findMethod,
  type Handlers,
  invalidParameter,
  type JsonObject,
  type Method,
  methodHelp,
  RpcError,
  rpcCode,
} from '@raistone/rpc'
import type { RpcContext } from './context.js'

type NetworkHandlers = Pick<
  Handlers,
  'addnode' | 'disconnectnode' | 'getconnectioncount' | 'getnetworkinfo' | 'getpeerinfo' | 'setnetworkactive'
>

/** The version of Core whose answers ours follow: tools look at it to know what they may ask. */
const CORE_VERSION = 300_000
/** Core's protocol version of the same time; our own protocols have versions of their own. */
const PROTOCOL_VERSION = 70_016
/** Blocks with witnesses: all, or the newest only. */
const SERVICES = { full: 0x409, limited: 0x408 } as const

const serviceNames: readonly (readonly [bit: number, name: string])[] = [
  [0, 'NETWORK'],
  [2, 'BLOOM'],
  [3, 'WITNESS'],
  [6, 'COMPACT_FILTERS'],
  [10, 'NETWORK_LIMITED'],
  [11, 'P2P_V2'],
]

const namesOf = (services: number): string[] =>
  serviceNames.filter(([bit]) => (services >> bit) & 1).map(([, name]) => name)

const hex64 = (services: number): string => services.toString(16).padStart(16, '0')
const seconds = (ms: number): number => Math.floor(ms / 1000)

const connectionType = (peer: PeerInfo): string => {
  if (peer.inbound) return 'inbound'
  return peer.named ? 'manual' : 'outbound-full-relay'
}

/** Core's name for the kind of network an IP is in. */
function networkOf(address: string): string {
  if (/^\/ip4\/(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(address)) return 'not_publicly_routable'
  if (/^\/ip6\/(::1(\/|$)|f[cde])/i.test(address)) return 'not_publicly_routable'
  return address.startsWith('/ip6/') ? 'ipv6' : 'ipv4'
}

function peerJson(peer: PeerInfo, policy: RpcContext['policy']): JsonObject {
  return {
    id: peer.id,
    addr: peer.hostPort,
    network: networkOf(peer.address),
    services: hex64(peer.services),
    servicesnames: namesOf(peer.services),
    relaytxes: true,
    lastsend: seconds(peer.lastSendMs),
    lastrecv: seconds(peer.lastReceiveMs),
    last_transaction: seconds(peer.lastTransactionMs),
    last_block: seconds(peer.lastBlockMs),
    bytessent: peer.bytesSent,
    bytesrecv: peer.bytesReceived,
    conntime: seconds(peer.connectedAtMs),
    timeoffset: 0,
    pingtime: peer.pingMs === undefined ? undefined : peer.pingMs / 1000,
    minping: peer.minPingMs === undefined ? undefined : peer.minPingMs / 1000,
    version: PROTOCOL_VERSION,
    subver: peer.userAgent,
    inbound: peer.inbound,
    bip152_hb_to: false,
    bip152_hb_from: false,
    startingheight: peer.startingHeight,
    presynced_headers: -1,
    synced_headers: peer.syncedHeaders,
    synced_blocks: peer.syncedBlocks,
    inflight: peer.inFlight,
    addr_relay_enabled: false,
    addr_processed: 0,
    addr_rate_limited: 0,
    permissions: [],
    minfeefilter: amount(policy.minRelayFeeRate),
    bytessent_per_msg: {},
    bytesrecv_per_msg: {},
    connection_type: connectionType(peer),
    transport_protocol_type: 'noise',
    session_id: '',
    peer_id: peer.peerId,
    multiaddr: peer.address,
  }
}

const reachableNetwork = (name: string): JsonObject => ({
  name,
  limited: false,
  reachable: true,
  proxy: '',
  proxy_randomize_credentials: false,
})

/** Host and port of `/ip4/…/tcp/…` and the like. */
function localAddress(multiaddr: string): JsonObject | undefined {
  const match = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)/.exec(multiaddr)
  return match ? { address: match[1] as string, port: Number(match[2]), score: 1 } : undefined
}

function networkInfo({ chain, network, policy, userAgent }: RpcContext): JsonObject {
  const peers = network.peers()
  const services = chain.prunedTo > 0 ? SERVICES.limited : SERVICES.full
  const inbound = peers.filter(peer => peer.inbound).length
  const multiaddrs = network.multiaddrs()
  return {
    version: CORE_VERSION,
    subversion: userAgent,
    protocolversion: PROTOCOL_VERSION,
    localservices: hex64(services),
    localservicesnames: namesOf(services),
    localrelay: true,
    timeoffset: 0,
    networkactive: network.active,
    connections: peers.length,
    connections_in: inbound,
    connections_out: peers.length - inbound,
    networks: ['ipv4', 'ipv6'].map(reachableNetwork),
    relayfee: amount(policy.minRelayFeeRate),
    incrementalfee: amount(policy.incrementalFeeRate),
    localaddresses: multiaddrs.map(localAddress).filter(address => address !== undefined),
    warnings: [],
    peer_id: network.peerId,
    multiaddrs,
  }
}

async function addNode({ network, log }: RpcContext, address: string, command: string): Promise<null> {
  const added = network.addedNodes().some(node => node.address === address)
  if (command === 'add') {
    if (added) throw new RpcError(rpcCode.nodeAlreadyAdded, 'Error: Node already added')
    await network.addNode(address, 'add').catch(error => {
      if (error instanceof AddNodeError) throw invalidParameter(`Error: ${address} is not HOST:PORT or a multiaddr`)
      throw error
    })
  } else if (command === 'remove') {
    if (!added) {
      throw new RpcError(rpcCode.nodeNotAdded, 'Error: Node could not be removed. It has not been added previously.')
    }
    await network.addNode(address, 'remove')
  } else if (command === 'onetry') {
    await network.addNode(address, 'onetry').catch(error => log?.debug('addnode', { why: String(error) }))
  } else throw new RpcError(rpcCode.misc, methodHelp(findMethod('addnode') as Method))
  return null
}

async function disconnect({ network }: RpcContext, address: string | undefined, id: number | undefined): Promise<null> {
  const both = id !== undefined && address !== undefined && address !== ''
  const which = id ?? address
  if (both || which === undefined) {
    throw new RpcError(rpcCode.invalidParams, 'Only one of address and nodeid should be provided.')
  }
  if (!(await network.disconnect(which))) {
    throw new RpcError(rpcCode.nodeNotConnected, 'Node not found in connected nodes')
  }
  return null
}

/** What can be asked about peers, and how connections are made and ended. */
export function networkHandlers(context: RpcContext): NetworkHandlers {
  const { network } = context
  return {
    addnode: ({ node, command }) => addNode(context, node, command),
    disconnectnode: ({ address, nodeid }) => disconnect(context, address, nodeid),
    getconnectioncount: () => network.peers().length,
    getnetworkinfo: () => networkInfo(context),
    getpeerinfo: () => network.peers().map(peer => peerJson(peer, context.policy)),
    setnetworkactive: async ({ state }) => {
      await network.setActive(state)
      return network.active
    },
  }
}
