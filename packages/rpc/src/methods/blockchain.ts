import { method } from './method.js'
import { amount, array, boolean, hex, nothing, number, object, optional, type Shape, string } from './shape.js'
import { decodedTransaction, scriptPubKey } from './transaction-shape.js'

const headerFields = {
  hash: hex('Hash of the block'),
  confirmations: number('Blocks on top of it and itself, or -1 if it is not on the active chain'),
  height: number('Blocks above the genesis block'),
  version: number(),
  versionHex: hex('The version as eight hex digits'),
  merkleroot: hex(),
  time: number('Seconds since 1970'),
  mediantime: number('Median of the times of this block and the ten before it'),
  nonce: number(),
  bits: hex('Compact target'),
  target: hex('Target'),
  difficulty: number(),
  chainwork: hex('Expected hashes needed to make the chain up to this block'),
  nTx: number('Transactions in the block'),
  previousblockhash: optional(hex()),
  nextblockhash: optional(hex()),
}

const blockFields = (tx: Shape) => ({
  ...headerFields,
  strippedsize: number('Bytes without witnesses'),
  size: number('Bytes'),
  weight: number('BIP-0141 weight'),
  tx: array(tx),
})

export const getblockchaininfo = method('getblockchaininfo', {
  category: 'Blockchain',
  about: 'Returns the state of the chain.',
  params: [],
  result: [
    {
      shape: object({
        chain: string('Name of the chain'),
        blocks: number('Height of the tip'),
        headers: number('Height of the best header'),
        bestblockhash: hex('Hash of the tip'),
        bits: hex('Compact target of the tip'),
        target: hex('Target of the tip'),
        difficulty: number(),
        time: number('Time of the tip'),
        mediantime: number('Median time of the tip'),
        verificationprogress: number('How much of the chain is verified, by transactions, from 0 to 1; an estimate'),
        initialblockdownload: boolean('Still far behind'),
        chainwork: hex('Expected hashes in the active chain'),
        size_on_disk: number('Bytes of blocks and undo data'),
        pruned: boolean('Old blocks are removed'),
        pruneheight: optional(number('Height of the lowest block that was not removed')),
        automatic_pruning: optional(boolean('Without being told to')),
        prune_target_size: optional(number('Bytes beyond which blocks are removed')),
        signet_challenge: optional(hex('Script that the solution of every block satisfies, on a signet')),
        warnings: array(string()),
      }),
    },
  ],
  examples: [''],
})

export const getblockcount = method('getblockcount', {
  category: 'Blockchain',
  about: 'Returns the height of the tip. The genesis block has height 0.',
  params: [],
  result: [{ shape: number('Height of the tip') }],
  examples: [''],
})

export const getbestblockhash = method('getbestblockhash', {
  category: 'Blockchain',
  about: 'Returns the hash of the tip.',
  params: [],
  result: [{ shape: hex('Hash of the tip') }],
  examples: [''],
})

export const getblockhash = method('getblockhash', {
  category: 'Blockchain',
  about: 'Returns the hash of the block at a height of the active chain.',
  params: [{ name: 'height', type: 'number', about: 'The height' }],
  result: [{ shape: hex('Hash of the block') }],
  examples: ['1000'],
})

export const getblockheader = method('getblockheader', {
  category: 'Blockchain',
  about: 'Returns a block header, decoded or as hex.',
  params: [
    { name: 'blockhash', type: 'hex', about: 'Hash of the block' },
    { name: 'verbose', type: 'boolean', optional: true, default: true, about: 'false for the header as hex' },
  ],
  result: [
    { when: 'verbose = true', shape: object(headerFields) },
    { when: 'verbose = false', shape: hex('The 80 bytes of the header') },
  ],
  examples: ['0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'],
})

export const getblock = method('getblock', {
  category: 'Blockchain',
  about:
    'Returns a block: 0 as hex, 1 decoded with transaction ids, 2 with whole transactions, 3 with the outputs they spend too.',
  params: [
    { name: 'blockhash', type: 'hex', about: 'Hash of the block' },
    { name: 'verbosity', aliases: ['verbose'], type: 'verbosity', optional: true, default: 1, about: '0, 1, 2 or 3' },
  ],
  result: [
    { when: 'verbosity = 0', shape: hex('The block') },
    { when: 'verbosity = 1', shape: object(blockFields(hex('Transaction id'))) },
    {
      when: 'verbosity = 2 or 3',
      shape: object(blockFields(decodedTransaction({ fee: optional(amount('Of all but the coinbase')), hex: hex() }))),
    },
  ],
  examples: ['0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'],
})

export const gettxout = method('gettxout', {
  category: 'Blockchain',
  about: 'Returns an output nobody has spent, or null.',
  params: [
    { name: 'txid', type: 'hex', about: 'Transaction id' },
    { name: 'n', type: 'number', range: [0, 2 ** 32 - 1], about: 'Which output' },
    {
      name: 'include_mempool',
      type: 'boolean',
      optional: true,
      default: true,
      about: 'Whether the mempool counts: an output it spends is not shown, one it makes is',
    },
  ],
  result: [
    {
      shape: optional(
        object({
          bestblock: hex('Hash of the tip'),
          confirmations: number('0 in the mempool'),
          value: amount('Coins'),
          scriptPubKey,
          coinbase: boolean(),
        }),
      ),
    },
  ],
  examples: ['"txid" 1'],
})

export const gettxoutsetinfo = method('gettxoutsetinfo', {
  category: 'Blockchain',
  about: 'Returns statistics of the set of unspent outputs. This may take a while.',
  params: [
    {
      name: 'hash_type',
      type: 'string',
      optional: true,
      default: 'hash_serialized_3',
      about: "Which hash of the set: 'hash_serialized_3', 'muhash', 'none'",
    },
    { name: 'hash_or_height', type: 'any', optional: true, about: 'Needs an index of the past; refused without one' },
    { name: 'use_index', type: 'boolean', optional: true, default: true, about: 'Whether to use such an index' },
  ],
  result: [
    {
      shape: object({
        height: number('Height of the tip'),
        bestblock: hex('Hash of the tip'),
        txouts: number('Unspent outputs'),
        bogosize: number('A measure of size that does not depend on the database'),
        hash_serialized_3: optional(hex()),
        muhash: optional(hex()),
        total_amount: amount('Coins in unspent outputs'),
        transactions: optional(number('Transactions with unspent outputs')),
        disk_size: optional(number('Bytes, estimated')),
      }),
    },
  ],
  examples: ['', '"none"', '"muhash"'],
})

export const pruneblockchain = method('pruneblockchain', {
  category: 'Blockchain',
  about: 'Removes blocks and undo data up to a height. Needs --prune. The newest 288 blocks always stay.',
  params: [
    {
      name: 'height',
      type: 'number',
      about: 'The last block to remove, by height, or by time in seconds since 1970: then blocks older than it go',
    },
  ],
  result: [{ shape: number('Height of the last block removed') }],
  examples: ['1000'],
})

const branchStatus = 'active, valid-fork, valid-headers, headers-only or invalid'

export const getchaintips = method('getchaintips', {
  category: 'Blockchain',
  about: 'Returns the tip of the active chain and the end of every other branch that is known.',
  params: [],
  result: [
    {
      shape: array(
        object({
          height: number('Blocks above the genesis block'),
          hash: hex('Hash of the block'),
          branchlen: number('Blocks since the branch left the active chain, 0 for that itself'),
          status: string(branchStatus),
        }),
      ),
    },
  ],
  examples: [''],
})

const control = <Name extends string>(name: Name, about: string) =>
  method(name, {
    category: 'Blockchain',
    about,
    params: [{ name: 'blockhash', type: 'hex', about: 'Hash of the block' }],
    result: [{ shape: nothing() }],
    examples: ['"blockhash"'],
  })

export const invalidateblock = control(
  'invalidateblock',
  'Marks a block as invalid for good, as if it broke a rule, with all that is built on it.',
)

export const reconsiderblock = control(
  'reconsiderblock',
  'Takes back that a block, what it is built on or what is built on it is invalid, and tries them again.',
)

export const preciousblock = control(
  'preciousblock',
  'Treats a block as if it had come before all others with as much work. Forgotten when the node stops.',
)

export const blockchainMethods = [
  getbestblockhash,
  getblock,
  getblockchaininfo,
  getblockcount,
  getblockhash,
  getblockheader,
  getchaintips,
  gettxout,
  gettxoutsetinfo,
  invalidateblock,
  preciousblock,
  pruneblockchain,
  reconsiderblock,
] as const
