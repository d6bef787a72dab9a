import {
  type Block,
  commitmentIndex,
  concatBytes,
  createBlock,
  createTransaction,
  emptyBytes,
  encodeHeader,
  equalBytes,
  merkleRoot,
  nullOutpoint,
  type Transaction,
  type TransactionBody,
  type TxIn,
  varBytes,
  vector,
  Writer,
} from '@raistone/primitives'
import { pushData } from '@raistone/script'
import { type PayTo, payTos, type TestKey } from './keys.js'
import { solve } from './proof-of-work.js'
import { multisigUnlock, type OwnedCoin, signInput } from './sign.js'

/** BIP-0325: what a solution's push begins with. */
const SIGNET_HEADER = Uint8Array.of(0xec, 0xc7, 0xda, 0xa2)

/** Another coinbase in the block, its header telling of it; the nonce is left as it is. */
function withCoinbase(block: Block, coinbase: Transaction): Block {
  const transactions = [coinbase, ...block.transactions.slice(1)]
  return createBlock({ ...block.header, merkleRoot: merkleRoot(transactions.map(tx => tx.txid)).root }, transactions)
}

function appended(block: Block, more: Uint8Array): Block {
  const [coinbase] = block.transactions as readonly [Transaction]
  const at = commitmentIndex(coinbase)
  if (at < 0) throw new RangeError('the coinbase commits to no witnesses')
  const outputs = coinbase.outputs.map((output, i) =>
    i === at ? { ...output, script: concatBytes(output.script, more) } : output,
  )
  return withCoinbase(block, createTransaction({ ...coinbase, outputs }))
}

/** The block with these bytes at the end of its commitment's script, its Merkle root and work made right again. */
export function withCommitmentTail(block: Block, tail: Uint8Array): Block {
  const changed = appended(block, tail)
  return createBlock(solve(changed.header), changed.transactions)
}

/** What signs the block: the transaction that spends the challenge, still without a solution, and what it spends. */
function virtualSpend(block: Block, challenge: Uint8Array): { toSpend: Transaction; toSign: TransactionBody } {
  const raw = encodeHeader(appended(block, pushData(SIGNET_HEADER)).header)
  const data = concatBytes(raw.subarray(0, 72))
  const single = (prevout: TxIn['prevout'], scriptSig: Uint8Array, script: Uint8Array): TransactionBody => ({
    version: 0,
    inputs: [{ prevout, scriptSig, sequence: 0, witness: [] }],
    outputs: [{ value: 0n, script }],
    lockTime: 0,
  })
  const toSpend = createTransaction(single(nullOutpoint, concatBytes(Uint8Array.of(0), pushData(data)), challenge))
  return { toSpend, toSign: single({ txid: toSpend.txid, vout: 0 }, emptyBytes, Uint8Array.of(0x6a)) }
}

const paysKey = (challenge: Uint8Array, key: TestKey): boolean =>
  payTos.some((kind: PayTo) => equalBytes(key.scripts[kind], challenge))

/**
 * BIP-0325: what satisfies the challenge for this block, serialised: the keys sign it, one that the challenge pays or
 * as many as a bare multisig asks for, in its order.
 */
export function signetSolution(block: Block, challenge: Uint8Array, keys: readonly TestKey[]): Uint8Array {
  const { toSpend, toSign } = virtualSpend(block, challenge)
  const [output] = toSpend.outputs as readonly [Transaction['outputs'][number]]
  const [key] = keys
  const coin = (of: TestKey): OwnedCoin => ({ outpoint: { txid: toSpend.txid, vout: 0 }, output, key: of })
  const unlock =
    key && paysKey(challenge, key) ? signInput(toSign, [coin(key)], 0) : multisigUnlock(toSign, output, keys)
  const stack = vector(varBytes)
  const writer = new Writer(varBytes.size(unlock.scriptSig) + stack.size(unlock.witness))
  varBytes.write(writer, unlock.scriptSig)
  stack.write(writer, unlock.witness)
  return writer.bytes
}

/** The block signed by the keys, as a signet with this challenge wants it; its work is searched for again. */
export const withSignetSolution = (block: Block, challenge: Uint8Array, keys: readonly TestKey[]): Block =>
  withCommitmentTail(block, pushData(concatBytes(SIGNET_HEADER, signetSolution(block, challenge, keys))))
