import {
  type Block,
  type Curve,
  commitmentIndex,
  concatBytes,
  createTransaction,
  DecodeError,
  emptyBytes,
  encodeHeader,
  fromDisplayHex,
  merkleTree,
  nullOutpoint,
  type Outpoint,
  Reader,
  type Transaction,
  type TransactionBody,
  type TxIn,
  varBytes,
  vector,
  ZERO_HASH,
} from '@raistone/primitives'
import { createSpendContext, scriptFlag as f, opcode, pushData, ScriptCursor, verifyInput } from '@raistone/script'

/** BIP-0325: what a push in the witness commitment's output begins with, to be the block's solution. */
export const signetHeader: Uint8Array = Uint8Array.of(0xec, 0xc7, 0xda, 0xa2)

/** Taproot's rules are none of them: to Core a challenge of witness version 1 is one that anybody satisfies. */
const FLAGS = f.P2SH | f.WITNESS | f.DERSIG | f.NULLDUMMY

type Solution = Pick<TxIn, 'scriptSig' | 'witness'>
const noSolution: Solution = { scriptSig: emptyBytes, witness: [] }
const witnessStack = vector(varBytes)

/** Exactly one solution and nothing behind it; undefined where the bytes are none. */
function decodeSolution(section: Uint8Array): Solution | undefined {
  try {
    const reader = new Reader(section)
    const solution = { scriptSig: varBytes.read(reader), witness: witnessStack.read(reader) }
    reader.end()
    return solution
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return undefined
  }
}

const isSection = (data: Uint8Array): boolean =>
  data.length > signetHeader.length && signetHeader.every((byte, i) => data[i] === byte)

interface Cleared {
  readonly script: Uint8Array
  /** What followed the header; undefined without a section, and the script is as it was. */
  readonly section: Uint8Array | undefined
}

/**
 * The script without what follows the header in its first section (Core's FetchAndClearCommitmentSection). Everything
 * else is written again as Core writes it, a push by its shortest length; an unfinished one at the end is lost.
 */
function clearSection(commitment: Uint8Array): Cleared {
  const parts: Uint8Array[] = []
  let section: Uint8Array | undefined
  const at = new ScriptCursor(commitment)
  while (at.advance()) {
    const { data } = at
    const found = section === undefined && isSection(data)
    if (found) section = data.subarray(signetHeader.length)
    parts.push(data.length === 0 ? Uint8Array.of(at.op) : pushData(found ? signetHeader : data))
  }
  return { script: section === undefined ? commitment : concatBytes(...parts), section }
}

/** What is signed: the header's first fields, with the Merkle root of a block whose coinbase has no solution yet. */
function signedData({ header, transactions }: Block, coinbase: Transaction): Uint8Array {
  const leaves = transactions.map((tx, i) => fromDisplayHex(i === 0 ? coinbase.txid : tx.txid))
  const raw = encodeHeader(header)
  return concatBytes(raw.subarray(0, 36), merkleTree(leaves).root, raw.subarray(68, 72))
}

const oneInput = (prevout: Outpoint, unlock: Solution, script: Uint8Array): TransactionBody => ({
  version: 0,
  inputs: [{ prevout, sequence: 0, ...unlock }],
  outputs: [{ value: 0n, script }],
  lockTime: 0,
})

/** BIP-0325's two virtual transactions: one that pays to the challenge, and one that spends it with the solution. */
export interface SignetTransactions {
  readonly toSpend: Transaction
  readonly toSign: TransactionBody
}

/**
 * The virtual transactions of a block; undefined where it has no witness commitment, or where its solution cannot be
 * read. One without a solution spends with nothing, which a challenge that is always true lets pass.
 */
export function signetTransactions(block: Block, challenge: Uint8Array): SignetTransactions | undefined {
  const [coinbase] = block.transactions
  const index = coinbase ? commitmentIndex(coinbase) : -1
  const commitment = coinbase?.outputs[index]
  if (!coinbase || !commitment) return undefined
  const { script, section } = clearSection(commitment.script)
  const solution = section === undefined ? noSolution : decodeSolution(section)
  if (!solution) return undefined
  const outputs = coinbase.outputs.map((output, i) => (i === index ? { ...output, script } : output))
  const data = signedData(block, createTransaction({ ...coinbase, outputs }))
  const scriptSig = concatBytes(Uint8Array.of(opcode.OP_0), pushData(data))
  const toSpend = createTransaction(oneInput(nullOutpoint, { scriptSig, witness: [] }, challenge))
  const toSign = oneInput({ txid: toSpend.txid, vout: 0 }, solution, Uint8Array.of(opcode.OP_RETURN))
  return { toSpend, toSign }
}

/**
 * BIP-0325: whether the block's solution satisfies the challenge (Core's CheckSignetBlockSolution). Only the genesis
 * block, the one without a parent, needs none.
 */
export function checkSignetSolution(block: Block, challenge: Uint8Array, curve: Curve): boolean {
  if (block.header.prev === ZERO_HASH) return true
  const virtual = signetTransactions(block, challenge)
  if (!virtual) return false
  return verifyInput(createSpendContext(virtual.toSign, virtual.toSpend.outputs), 0, FLAGS, curve) === undefined
}
