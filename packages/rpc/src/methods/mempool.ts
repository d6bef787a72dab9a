import { method } from './method.js'
import { amount, array, boolean, hex, map, number, object } from './shape.js'

const entry = object({
  vsize: number('Virtual bytes'),
  weight: number('BIP-0141 weight'),
  time: number('When it came, seconds since 1970'),
  height: number('Height of the tip when it came'),
  descendantcount: number('Transactions in the mempool that need it, and itself'),
  descendantsize: number('Their virtual bytes'),
  ancestorcount: number('Transactions in the mempool that it needs, and itself'),
  ancestorsize: number('Their virtual bytes'),
  wtxid: hex(),
  fees: object({
    base: amount('Its fee'),
    modified: amount('Its fee, with any priority given to it'),
    ancestor: amount('Fees of its ancestors and itself'),
    descendant: amount('Fees of its descendants and itself'),
  }),
  depends: array(hex('Parents in the mempool')),
  spentby: array(hex('Children in the mempool')),
  'bip125-replaceable': boolean('Whether it or an ancestor announces that it may be replaced (BIP-0125)'),
  unbroadcast: boolean('Whether no peer has asked for it yet'),
})

export const getmempoolinfo = method('getmempoolinfo', {
  category: 'Blockchain',
  about: 'Returns the state of the mempool.',
  params: [],
  result: [
    {
      shape: object({
        loaded: boolean('Whether it is complete after a start'),
        size: number('Transactions'),
        bytes: number('Virtual bytes'),
        usage: number('Bytes of memory, estimated'),
        total_fee: amount('All fees'),
        maxmempool: number('Most bytes of memory'),
        mempoolminfee: amount('Least fee for 1,000 virtual bytes now'),
        minrelaytxfee: amount('Least fee for 1,000 virtual bytes ever'),
        incrementalrelayfee: amount('Least raise of a replacement'),
        unbroadcastcount: number('Transactions no peer has asked for yet'),
        fullrbf: boolean('Whether any transaction may be replaced'),
        permitbaremultisig: boolean(),
        maxdatacarriersize: number('Most bytes in OP_RETURN outputs'),
      }),
    },
  ],
  examples: [''],
})

export const getrawmempool = method('getrawmempool', {
  category: 'Blockchain',
  about: 'Returns what is in the mempool.',
  params: [
    { name: 'verbose', type: 'boolean', optional: true, default: false, about: 'true for whole entries by id' },
    {
      name: 'mempool_sequence',
      type: 'boolean',
      optional: true,
      default: false,
      about: 'With verbose=false: an object with the ids and the sequence number of the mempool',
    },
  ],
  result: [
    { when: 'verbose = false', shape: array(hex('Transaction id')) },
    { when: 'verbose = true', shape: map(entry) },
    {
      when: 'verbose = false and mempool_sequence = true',
      shape: object({ txids: array(hex('Transaction id')), mempool_sequence: number() }),
    },
  ],
  examples: ['true'],
})

export const mempoolMethods = [getmempoolinfo, getrawmempool] as const
