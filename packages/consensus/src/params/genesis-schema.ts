import type { ForkHeights, Retarget } from './chain-params.js'

const text = (description: string, more: object = {}) => ({ type: 'string', description, minLength: 1, ...more })
const integer = (description: string, minimum: number, maximum: number) => ({
  type: 'integer',
  description,
  minimum,
  maximum,
})
const hex = (description: string, bytes: number) => ({
  type: 'string',
  description: `${description}, ${2 * bytes} hex digits`,
  pattern: `^[0-9a-f]{${2 * bytes}}$`,
})
const record = (description: string, properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
})

const YEAR_SEC = 31_536_000
const U32 = 0xffffffff
/** Beyond this a number is no longer exact in JavaScript; no amount of any chain may reach it. */
const MOST_SATS = 2 ** 53 - 1
const port = (description: string) => integer(description, 1, 65_535)
const height = (fork: string) =>
  integer(`First height with the rules of ${fork}; 0 is from the genesis block on`, 0, U32)
const blockHash = hex('Hash of a block', 32)
/** Longest script that can be run, bytes. */
const MOST_SCRIPT = 10_000
const kind = (name: string) => ({ type: 'string', const: name })

const halfLifeSec = integer('Time off schedule that doubles or halves the target, seconds', 1, YEAR_SEC)

/** One schema for each kind of retarget. */
export const retargetSchemas = {
  none: record('The limit, always: blocks are made on demand', { kind: kind('none') }),
  relative: record('A step from the parent by the time it took', {
    kind: kind('relative'),
    halfLifeSec,
    maxGapSec: integer('Longest time between two blocks that counts, seconds', 1, YEAR_SEC),
  }),
  asert: record('aserti3-2d: an absolute schedule', {
    kind: kind('asert'),
    halfLifeSec,
    anchorHeight: integer('Block at which the schedule starts', 1, U32),
  }),
  bitcoin: record('Bitcoin: by the time that the last interval took', {
    kind: kind('bitcoin'),
    intervalBlocks: integer('Blocks with the same target', 2, 1_000_000),
    allowMinDifficulty: {
      type: 'boolean',
      description: 'A block later than twice the spacing may have the limit (testnet3)',
    },
    enforceBip94: { type: 'boolean', description: 'Time-warp is refused (testnet4)' },
  }),
}

/** What a genesis file may say. `genesis/genesis.schema.json` is written from it. */
export const genesisSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Raistone genesis file',
  ...record(
    'Defines a chain. Everything that decides which blocks are valid is part of its network id.',
    {
      $schema: { type: 'string', description: 'Where this schema is, for editors' },
      name: text('Names the data directory', { pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
      title: text('For people', { maxLength: 80 }),
      ticker: text('Short name of the coin', { maxLength: 8 }),
      ports: record('Where nodes listen unless told otherwise', {
        p2p: port('libp2p over TCP'),
        rpc: port('JSON-RPC'),
      }),
      magic: hex('Bytes before each block in block files, in file order', 4),
      address: record('How addresses and keys are written', {
        pubkeyHash: integer('Version byte of base58 key hash addresses', 0, 255),
        scriptHash: integer('Version byte of base58 script hash addresses', 0, 255),
        privateKey: integer('Version byte of private keys', 0, 255),
        hrp: text('Prefix of witness addresses', { pattern: '^[a-z][a-z0-9]{0,15}$' }),
        extendedPublic: hex('Version of extended public keys (BIP-0032)', 4),
        extendedPrivate: hex('Version of extended private keys (BIP-0032)', 4),
        coinType: integer('SLIP-0044 coin type in derivation paths', 0, 0x7fffffff),
      }),
      proofOfWork: record('How blocks are paced', {
        limit: hex('Easiest target', 32),
        spacingSec: integer('Time between blocks to aim at, seconds', 1, YEAR_SEC),
        futureLimitSec: integer('How far a block may lie ahead of our clock, seconds', 1, YEAR_SEC),
        retarget: { description: 'How the next target follows', oneOf: Object.values(retargetSchemas) },
      }),
      money: record('How much there is; amounts are satoshis, 100,000,000 to the coin', {
        subsidy: integer('New money of the first blocks', 0, MOST_SATS),
        halvingBlocks: integer('Blocks after which the subsidy halves', 1, U32),
        maxMoney: integer('Largest amount that is valid anywhere', 1, MOST_SATS),
      }),
      coinbaseMaturity: integer('Blocks until a coinbase may be spent', 1, 1_000_000),
      forks: record('From where each soft fork holds', {
        bip16: height('BIP-0016 (P2SH) and of witness programs'),
        bip34: height('BIP-0034 (height in the coinbase)'),
        bip65: height('BIP-0065 (CHECKLOCKTIMEVERIFY)'),
        bip66: height('BIP-0066 (strict DER)'),
        csv: height('BIP-0068, 0112 and 0113 (relative lock times)'),
        segwit: height('BIP-0141, 0143 and 0147'),
        taproot: height('BIP-0341 and 0342'),
      }),
      scriptExceptions: {
        type: 'object',
        description: 'Blocks whose scripts are judged by other flags than their height says',
        propertyNames: { pattern: '^[0-9a-f]{64}$' },
        additionalProperties: integer('Flags in place of P2SH, WITNESS and TAPROOT', 0, U32),
      },
      bip30Exceptions: {
        type: 'array',
        description: 'Blocks whose coinbase may take the place of one that is not spent yet (BIP-0030)',
        maxItems: 100,
        items: blockHash,
      },
      signetChallenge: {
        type: 'string',
        description: 'Script, hex, that the solution of every block must satisfy (BIP-0325)',
        pattern: '^([0-9a-f]{2})+$',
        maxLength: 2 * MOST_SCRIPT,
      },
      genesisBlock: record('The first block', {
        version: integer('Block version', -0x80000000, 0x7fffffff),
        time: integer('Seconds since 1970', 1, U32),
        bits: hex('Compact target', 4),
        nonce: integer('Nonce that solves it', 0, U32),
        coinbaseText: text('Message in the coinbase', { maxLength: 91 }),
        outputs: {
          type: 'array',
          description: 'Of the coinbase; nobody can ever spend them',
          minItems: 1,
          maxItems: 100,
          items: record('An output', {
            value: integer('Satoshis', 0, MOST_SATS),
            script: { type: 'string', description: 'Hex', pattern: '^([0-9a-f]{2})*$' },
          }),
        },
        hash: hex('The hash it must have', 32),
      }),
      discovery: { type: 'boolean', description: 'Nodes listen to the world and look for peers without being asked' },
      mineOnDemand: { type: 'boolean', description: 'Blocks are mined when somebody asks for them, as on regtest' },
      bootstrap: {
        type: 'array',
        description: 'Multiaddrs of peers to begin with',
        maxItems: 100,
        items: text('Multiaddr with the peer id', { pattern: '^/.+/p2p/[0-9A-Za-z]+$' }),
      },
      minimumChainWork: hex('Work below which a chain is not believed', 32),
      assumeValid: { ...hex('Block whose ancestors need no script checks', 32), type: ['string', 'null'] },
      snapshots: {
        type: 'array',
        description: 'Coin sets that may be loaded',
        maxItems: 100,
        items: record(
          'A snapshot',
          {
            height: integer('Height of its block', 1, U32),
            block: hex('Its block', 32),
            hash: hex('hash_serialized_3 of the coins', 32),
            chainTxCount: integer('Transactions of the chain up to its block', 1, MOST_SATS),
          },
          ['chainTxCount'],
        ),
      },
    },
    [
      '$schema',
      'scriptExceptions',
      'bip30Exceptions',
      'signetChallenge',
      'bootstrap',
      'minimumChainWork',
      'assumeValid',
      'snapshots',
    ],
  ),
}

/** A genesis file that obeys the schema. */
export interface GenesisFile {
  readonly name: string
  readonly title: string
  readonly ticker: string
  readonly ports: { readonly p2p: number; readonly rpc: number }
  readonly magic: string
  readonly address: {
    readonly pubkeyHash: number
    readonly scriptHash: number
    readonly privateKey: number
    readonly hrp: string
    readonly extendedPublic: string
    readonly extendedPrivate: string
    readonly coinType: number
  }
  readonly proofOfWork: {
    readonly limit: string
    readonly spacingSec: number
    readonly futureLimitSec: number
    readonly retarget: Retarget
  }
  readonly money: { readonly subsidy: number; readonly halvingBlocks: number; readonly maxMoney: number }
  readonly coinbaseMaturity: number
  readonly forks: ForkHeights
  readonly scriptExceptions?: Readonly<Record<string, number>>
  readonly bip30Exceptions?: readonly string[]
  readonly signetChallenge?: string
  readonly genesisBlock: {
    readonly version: number
    readonly time: number
    readonly bits: string
    readonly nonce: number
    readonly coinbaseText: string
    readonly outputs: readonly { readonly value: number; readonly script: string }[]
    readonly hash: string
  }
  readonly discovery: boolean
  readonly mineOnDemand: boolean
  readonly bootstrap?: readonly string[]
  readonly minimumChainWork?: string
  readonly assumeValid?: string | null
  readonly snapshots?: readonly {
    readonly height: number
    readonly block: string
    readonly hash: string
    readonly chainTxCount?: number
  }[]
}
