import type { Command, Option } from './option.js'

const everywhere: readonly Command[] = ['node', 'import', 'rpc', 'wallet']
const clients: readonly Command[] = ['rpc', 'wallet']
const port: readonly [number, number] = [0, 65535]

/** Every option there is. Flags win over `RAISTONE_*` variables, those over raistone.conf. */
export const optionTable: readonly Option[] = [
  {
    name: 'chain',
    kind: 'text',
    value: 'NAME|FILE',
    of: everywhere,
    help: 'devnet (default), regtest, raistone, or a genesis file',
  },
  { name: 'datadir', kind: 'text', value: 'DIR', of: everywhere, help: 'where everything is kept (default ~/.raistone)' },
  { name: 'conf', kind: 'text', value: 'FILE', of: everywhere, rare: true, help: 'configuration file (default raistone.conf in the data directory)' },
  { name: 'regtest', kind: 'flag', of: everywhere, rare: true, help: 'the same as --chain regtest' },
  { name: 'json', kind: 'flag', of: everywhere, help: 'print one JSON value; errors as JSON on standard error' },

  { name: 'port', kind: 'number', value: 'N', range: port, of: ['node'], help: 'port for peers; 0 is any free one' },
  { name: 'bind', kind: 'list', value: 'IP[:PORT]', of: ['node'], help: 'address to listen on for peers' },
  { name: 'listen', kind: 'flag', of: ['node'], help: 'accept connections of peers (default 1; 0 is off)' },
  { name: 'addnode', kind: 'list', value: 'HOST[:PORT]|MULTIADDR', of: ['node'], help: 'stay connected to this peer too; may be repeated' },
  { name: 'connect', kind: 'list', value: 'HOST[:PORT]|MULTIADDR', of: ['node'], help: 'connect to these peers only; may be repeated' },
  { name: 'uacomment', kind: 'list', value: 'TEXT', of: ['node'], rare: true, help: 'comment in the user agent' },
  { name: 'networkactive', kind: 'flag', of: ['node'], rare: true, help: 'have any peers at all (default 1)' },

  { name: 'mine', kind: 'flag', of: ['node'], help: 'mine blocks' },
  { name: 'mine-to', kind: 'text', value: 'ADDRESS', of: ['node'], help: 'whom mined blocks pay (default: the wallet "default" in the data directory)' },
  { name: 'threads', kind: 'number', value: 'N', range: [1, 256], of: ['node'], help: 'threads that mine (default 1)' },

  { name: 'server', kind: 'flag', of: ['node'], rare: true, help: 'answer JSON-RPC (default 1)' },
  { name: 'rpcport', kind: 'number', value: 'N', range: port, of: ['node', ...clients], help: 'port of JSON-RPC; 0 is any free one' },
  { name: 'rpcbind', kind: 'list', value: 'IP[:PORT]', of: ['node'], help: 'address to answer JSON-RPC on (default 127.0.0.1)' },
  { name: 'rpcallowip', kind: 'list', value: 'IP[/BITS]', of: ['node'], help: 'who may ask, besides this machine' },
  { name: 'rpcuser', kind: 'text', value: 'NAME', of: ['node', ...clients], help: 'name for JSON-RPC (default: the cookie file)' },
  { name: 'rpcpassword', kind: 'text', value: 'TEXT', secret: true, of: ['node', ...clients], help: 'password for JSON-RPC; better in RAISTONE_RPC_PASSWORD or the configuration file' },
  { name: 'rpccookiefile', kind: 'text', value: 'FILE', of: ['node', ...clients], help: 'cookie file (default .cookie in the chain’s directory)' },

  { name: 'par', kind: 'number', value: 'N', range: [-64, 64], of: ['node', 'import'], help: 'threads that check scripts (default: all cores; 1 is the main thread only)' },
  { name: 'dbcache', kind: 'number', value: 'MIB', range: [4, 65536], of: ['node', 'import'], help: 'memory for coins and databases (default 128)' },
  { name: 'printtoconsole', kind: 'flag', of: ['node'], rare: true, help: 'show the log on standard error (default 1)' },
  { name: 'debug', kind: 'list', value: 'WHAT', of: ['node'], rare: true, help: 'log details too' },
  { name: 'logips', kind: 'flag', of: ['node'], rare: true, help: 'log addresses of peers' },

  { name: 'rpc', kind: 'text', value: 'URL', of: clients, help: 'the node to ask (default: the one of --chain on this machine)' },
  { name: 'rpcconnect', kind: 'text', value: 'IP', of: ['rpc'], rare: true, help: 'host of the node to ask' },
  { name: 'rpcwait', kind: 'flag', of: ['rpc'], help: 'wait until the node answers' },
  { name: 'rpcwaittimeout', kind: 'number', value: 'SECONDS', range: [0, 1e6], of: ['rpc'], rare: true, help: 'how long --rpcwait waits (default: for ever)' },
  { name: 'rpcclienttimeout', kind: 'number', value: 'SECONDS', range: [0, 1e6], of: ['rpc'], rare: true, help: 'how long to wait for an answer (default 900)' },
  { name: 'named', kind: 'flag', of: ['rpc'], help: 'arguments are NAME=VALUE' },
  { name: 'stdin', kind: 'flag', of: ['rpc'], help: 'read further arguments from standard input, one a line' },
  { name: 'stdinrpcpass', kind: 'flag', of: ['rpc'], help: 'read the RPC password from standard input first' },
  { name: 'getinfo', kind: 'flag', of: ['rpc'], help: 'a summary of the node' },
  { name: 'rpcwallet', kind: 'text', value: 'NAME', of: ['rpc'], rare: true, help: 'send the call to /wallet/NAME' },

  { name: 'wallet', kind: 'text', value: 'NAME', of: ['wallet'], help: 'which wallet (default "default")' },
  { name: 'passphrase-file', kind: 'text', value: 'FILE|-', of: ['wallet'], help: 'the passphrase is in this file (- is standard input)' },
  { name: 'words-file', kind: 'text', value: 'FILE|-', of: ['wallet'], help: 'the twelve words are in this file' },
  { name: 'birthday', kind: 'number', value: 'HEIGHT', range: [0, 2 ** 31], of: ['wallet'], help: 'first block that can concern a restored wallet (default 0)' },
  { name: 'type', kind: 'text', value: 'tr|wpkh', of: ['wallet'], help: 'kind of address (default tr)' },
  { name: 'fee-rate', kind: 'text', value: 'SAT_VB', of: ['wallet'], help: 'satoshis per virtual byte' },
  { name: 'yes', kind: 'flag', of: ['wallet'], help: 'send without asking' },
]
