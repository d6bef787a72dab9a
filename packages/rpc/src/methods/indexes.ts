import { method } from './method.js'
import { boolean, hex, map, number, object } from './shape.js'

export const getblockfilter = method('getblockfilter', {
  category: 'Blockchain',
  about: 'Returns the compact filter of a block (BIP-0157), by which a wallet finds blocks. Needs --blockfilterindex.',
  params: [
    { name: 'blockhash', type: 'hex', about: 'Hash of the block' },
    { name: 'filtertype', type: 'string', optional: true, default: 'basic', about: 'The kind of filter' },
  ],
  result: [
    {
      shape: object({
        filter: hex('The filter'),
        header: hex('Commits to this filter and those of all blocks before it'),
      }),
    },
  ],
  examples: ['"00000000c937983704a73af28acdec37b049d214adbda81d7e2a3dd146f6ed09" "basic"'],
})

export const getindexinfo = method('getindexinfo', {
  category: 'Util',
  about: 'Returns how far the indexes of this node have come.',
  params: [{ name: 'index_name', type: 'string', optional: true, about: 'Of this one only' }],
  result: [
    {
      shape: map(
        object({
          synced: boolean('Whether it is at the tip'),
          best_block_height: number('Height of the last block in it'),
        }),
        'By name of the index',
      ),
    },
  ],
  examples: ['', '"txindex"'],
})

export const indexMethods = [getblockfilter, getindexinfo] as const
