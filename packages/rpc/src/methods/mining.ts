import { method } from './method.js'
import { amount, array, hex, number, object, optional, string } from './shape.js'

/** Nonces tried before `generatetoaddress` gives up. */
const DEFAULT_MAX_TRIES = 1_000_000

export const generatetoaddress = method('generatetoaddress', {
  category: 'Mining',
  about: 'Mines blocks at once and pays an address.',
  params: [
    { name: 'nblocks', type: 'number', about: 'How many' },
    { name: 'address', type: 'string', about: 'Whom they pay' },
    {
      name: 'maxtries',
      type: 'number',
      range: [0, Number.MAX_SAFE_INTEGER],
      optional: true,
      default: DEFAULT_MAX_TRIES,
      about: 'Nonces to try before giving up',
    },
  ],
  result: [{ shape: array(hex('Hash of a block')) }],
  examples: ['11 "myaddress"'],
})

export const getmininginfo = method('getmininginfo', {
  category: 'Mining',
  about: 'Returns what concerns miners.',
  params: [],
  result: [
    {
      shape: object({
        blocks: number('Height of the tip'),
        currentblockweight: optional(number('Weight of the last block assembled')),
        currentblocktx: optional(number('Transactions of the last block assembled')),
        bits: hex('Compact target of the tip'),
        difficulty: number(),
        target: hex('Target of the tip'),
        networkhashps: number('Hashes per second, estimated'),
        pooledtx: number('Transactions in the mempool'),
        blockmintxfee: amount('Least fee for 1,000 virtual bytes that a block takes'),
        chain: string('Name of the chain'),
        next: object({ height: number(), bits: hex(), difficulty: number(), target: hex() }, 'The next block'),
        signet_challenge: optional(hex('Script that the solution of every block satisfies, on a signet')),
        warnings: array(string()),
      }),
    },
  ],
  examples: [''],
})

export const submitblock = method('submitblock', {
  category: 'Mining',
  about: 'Gives a block to the node. The answer is null if it was taken, else a word that says why not (BIP-0022).',
  params: [
    { name: 'hexdata', type: 'hex', about: 'The block' },
    { name: 'dummy', type: 'any', optional: true, about: 'Ignored' },
  ],
  result: [{ shape: optional(string('The reason')) }],
  examples: ['"mydata"'],
})

export const miningMethods = [generatetoaddress, getmininginfo, submitblock] as const
