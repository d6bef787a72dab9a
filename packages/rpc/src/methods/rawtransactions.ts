import { method } from './method.js'
import { amount, array, boolean, hex, number, object, optional, string } from './shape.js'
import { decodedTransaction } from './transaction-shape.js'

const inBlock = {
  hex: hex(),
  blockhash: optional(hex()),
  confirmations: optional(number()),
  time: optional(number()),
  blocktime: optional(number()),
}

const active = { in_active_chain: optional(boolean('Whether the block given is on the active chain')) }

/** Coins per 1,000 virtual bytes above which a fee is taken for a slip of the pen: 0.10. */
const DEFAULT_MAX_FEE_RATE = 10_000_000n

const maxfeerate = {
  name: 'maxfeerate',
  type: 'amount',
  optional: true,
  default: DEFAULT_MAX_FEE_RATE,
  about: 'Refuse a transaction that pays more per 1,000 virtual bytes; 0 takes any',
} as const

export const getrawtransaction = method('getrawtransaction', {
  category: 'Rawtransactions',
  about:
    'Returns a transaction of the mempool, of the block given, or with --txindex of any block: 0 as hex, 1 decoded, 2 with fee and spent outputs.',
  params: [
    { name: 'txid', type: 'hex', about: 'Transaction id' },
    { name: 'verbosity', aliases: ['verbose'], type: 'verbosity', optional: true, default: 0, about: '0, 1 or 2' },
    { name: 'blockhash', type: 'hex', optional: true, about: 'The block to look in' },
  ],
  result: [
    { when: 'verbosity = 0', shape: hex('The transaction') },
    {
      when: 'verbosity = 1',
      shape: decodedTransaction(inBlock, active),
    },
    {
      when: 'verbosity = 2',
      shape: decodedTransaction({ fee: optional(amount()), ...inBlock }, active),
    },
  ],
  examples: ['"mytxid"', '"mytxid" 1', '"mytxid" 2 "myblockhash"'],
})

export const decoderawtransaction = method('decoderawtransaction', {
  category: 'Rawtransactions',
  about: 'Returns what a serialised transaction says.',
  params: [
    { name: 'hexstring', type: 'hex', about: 'The transaction' },
    {
      name: 'iswitness',
      type: 'boolean',
      optional: true,
      defaultHint: 'whichever decodes',
      about: 'Whether it is in the form with witnesses (BIP-0144)',
    },
  ],
  result: [{ shape: decodedTransaction() }],
  examples: ['"hexstring"'],
})

export const sendrawtransaction = method('sendrawtransaction', {
  category: 'Rawtransactions',
  about: 'Takes a signed transaction into the mempool and tells the network.',
  params: [
    { name: 'hexstring', type: 'hex', about: 'The transaction' },
    maxfeerate,
    {
      name: 'maxburnamount',
      type: 'amount',
      optional: true,
      default: 0n,
      about: 'Refuse a transaction with more than this in an output nobody can spend',
    },
  ],
  result: [{ shape: hex('The transaction id') }],
  examples: ['"signedhex"'],
})

export const testmempoolaccept = method('testmempoolaccept', {
  category: 'Rawtransactions',
  about: 'Says whether the mempool would take a transaction, without giving it one.',
  params: [{ name: 'rawtxs', type: 'array', about: 'The transactions as hex' }, maxfeerate],
  result: [
    {
      shape: array(
        object({
          txid: hex(),
          wtxid: hex(),
          'package-error': optional(string()),
          allowed: optional(boolean()),
          vsize: optional(number('Virtual bytes')),
          fees: optional(
            object({ base: amount(), 'effective-feerate': amount(), 'effective-includes': array(hex('wtxid')) }),
          ),
          'reject-reason': optional(string()),
          'reject-details': optional(string()),
        }),
      ),
    },
  ],
  examples: ['[\\"signedhex\\"]'],
})

export const rawTransactionMethods = [
  decoderawtransaction,
  getrawtransaction,
  sendrawtransaction,
  testmempoolaccept,
] as const
