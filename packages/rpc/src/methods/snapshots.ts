import { method } from './method.js'
import { array, boolean, hex, number, object, optional, string } from './shape.js'

export const dumptxoutset = method('dumptxoutset', {
  category: 'Blockchain',
  about: 'Writes all unspent outputs to a file, which loadtxoutset of another node reads. This may take a while.',
  params: [
    { name: 'path', type: 'string', about: 'The file; relative to the directory of the chain. It must not exist' },
    {
      name: 'type',
      type: 'string',
      optional: true,
      default: 'latest',
      about: "'latest', for the outputs after the tip. Those of an older block cannot be had",
    },
  ],
  result: [
    {
      shape: object({
        coins_written: number('Unspent outputs in the file'),
        base_hash: hex('Hash of the block that they belong to'),
        base_height: number('Its height'),
        path: string('The file, absolute'),
        txoutset_hash: hex('hash_serialized_3 of the outputs'),
        nchaintx: optional(number('Transactions of the chain up to the block, where all blocks have been here')),
      }),
    },
  ],
  examples: ['utxo.dat', 'utxo.dat latest'],
})

export const loadtxoutset = method('loadtxoutset', {
  category: 'Blockchain',
  about:
    'Reads unspent outputs from a file of dumptxoutset and works on them at once, while all blocks before are verified behind. The genesis file names those that may be loaded; for others give the hash that you trust.',
  params: [
    { name: 'path', type: 'string', about: 'The file; relative to the directory of the chain' },
    {
      name: 'hash',
      type: 'hex',
      optional: true,
      about: 'hash_serialized_3 of the outputs, from a source that you trust as you trust this program',
    },
  ],
  result: [
    {
      shape: object({
        coins_loaded: number('Unspent outputs in the file'),
        tip_hash: hex('Hash of the block that they belong to'),
        base_height: number('Its height'),
        path: string('The file, absolute'),
      }),
    },
  ],
  examples: ['utxo.dat'],
})

export const getchainstates = method('getchainstates', {
  category: 'Blockchain',
  about: 'Returns the sets of unspent outputs that the node keeps: two while it verifies what a snapshot stands for.',
  params: [],
  result: [
    {
      shape: object({
        headers: number('Height of the best header'),
        chainstates: array(
          object({
            blocks: number('Height of the last block'),
            bestblockhash: hex('Its hash'),
            bits: hex('Its compact target'),
            target: hex('Its target'),
            difficulty: number(),
            verificationprogress: number('Estimate, from 0 to 1'),
            snapshot_blockhash: optional(hex('The block whose outputs were loaded')),
            coins_db_cache_bytes: number('Memory of the database'),
            coins_tip_cache_bytes: number('Memory for outputs'),
            validated: boolean('All blocks before were verified here'),
          }),
          'The one that the node works on is the last',
        ),
      }),
    },
  ],
  examples: [''],
})

export const snapshotMethods = [dumptxoutset, getchainstates, loadtxoutset] as const
