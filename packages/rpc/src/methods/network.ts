import { method } from './method.js'
import { amount, array, boolean, map, nothing, number, object, optional, string } from './shape.js'

const peer = object({
  id: number('Counts up from 0'),
  addr: string('HOST:PORT of the other node'),
  addrbind: optional(string()),
  network: string('ipv4, ipv6 or not_publicly_routable'),
  services: string('Hex'),
  servicesnames: array(string()),
  relaytxes: boolean(),
  lastsend: number('Seconds since 1970'),
  lastrecv: number('Seconds since 1970'),
  last_transaction: number(),
  last_block: number(),
  bytessent: number(),
  bytesrecv: number(),
  conntime: number('Seconds since 1970'),
  timeoffset: number('Seconds'),
  pingtime: optional(number('Seconds')),
  minping: optional(number('Seconds')),
  version: number(),
  subver: string('User agent'),
  inbound: boolean(),
  bip152_hb_to: boolean(),
  bip152_hb_from: boolean(),
  startingheight: number(),
  presynced_headers: number(),
  synced_headers: number('Last header in common, or -1'),
  synced_blocks: number('Last block in common, or -1'),
  inflight: array(number('Height of a block asked for')),
  addr_relay_enabled: boolean(),
  addr_processed: number(),
  addr_rate_limited: number(),
  permissions: array(string()),
  minfeefilter: amount(),
  bytessent_per_msg: map(number()),
  bytesrecv_per_msg: map(number()),
  connection_type: string('inbound, manual or outbound-full-relay'),
  transport_protocol_type: string(),
  session_id: string(),
  peer_id: string('libp2p peer id'),
  multiaddr: string('libp2p address'),
})

export const addnode = method('addnode', {
  category: 'Network',
  about: 'Keeps a connection with a peer, stops keeping it, or tries once.',
  params: [
    { name: 'node', type: 'string', about: 'HOST:PORT or multiaddr' },
    { name: 'command', type: 'string', about: "'add', 'remove' or 'onetry'" },
    {
      name: 'v2transport',
      type: 'boolean',
      optional: true,
      about: 'Accepted for Core’s sake; every connection is encrypted',
    },
  ],
  result: [{ shape: nothing() }],
  examples: ['"192.168.0.6:8333" "onetry"'],
})

export const disconnectnode = method('disconnectnode', {
  category: 'Network',
  about: 'Ends the connection with a peer, given by address or by id.',
  params: [
    { name: 'address', type: 'string', optional: true, about: 'As getpeerinfo shows it' },
    {
      name: 'nodeid',
      type: 'number',
      range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      optional: true,
      about: 'As getpeerinfo shows it',
    },
  ],
  result: [{ shape: nothing() }],
  examples: ['"192.168.0.6:8333"', '"" 1'],
})

export const getconnectioncount = method('getconnectioncount', {
  category: 'Network',
  about: 'Returns the number of peers.',
  params: [],
  result: [{ shape: number() }],
  examples: [''],
})

export const getnetworkinfo = method('getnetworkinfo', {
  category: 'Network',
  about: 'Returns the state of the network.',
  params: [],
  result: [
    {
      shape: object({
        version: number(),
        subversion: string('User agent'),
        protocolversion: number(),
        localservices: string('Hex'),
        localservicesnames: array(string()),
        localrelay: boolean('Whether transactions are asked of peers'),
        timeoffset: number('Seconds'),
        networkactive: boolean(),
        connections: number(),
        connections_in: number(),
        connections_out: number(),
        networks: array(
          object({
            name: string(),
            limited: boolean(),
            reachable: boolean(),
            proxy: string(),
            proxy_randomize_credentials: boolean(),
          }),
        ),
        relayfee: amount('Least fee for 1,000 virtual bytes'),
        incrementalfee: amount('Least raise of a replacement'),
        localaddresses: array(object({ address: string(), port: number(), score: number() })),
        warnings: array(string()),
        peer_id: string('libp2p peer id'),
        multiaddrs: array(string('libp2p address')),
      }),
    },
  ],
  examples: [''],
})

export const getpeerinfo = method('getpeerinfo', {
  category: 'Network',
  about: 'Returns what is known of each peer.',
  params: [],
  result: [{ shape: array(peer) }],
  examples: [''],
})

export const setnetworkactive = method('setnetworkactive', {
  category: 'Network',
  about: 'Switches all connections off or on.',
  params: [{ name: 'state', type: 'boolean', about: 'true is on' }],
  result: [{ shape: boolean('The state after the call') }],
  examples: ['false'],
})

export const networkMethods = [
  addnode,
  disconnectnode,
  getconnectioncount,
  getnetworkinfo,
  getpeerinfo,
  setnetworkactive,
] as const
