import { blockSubsidy, type ChainParams } from '@raistone/consensus'
import {
  commitmentScript,
  concatBytes,
  createTransaction,
  emptyBytes,
  type Height,
  nullOutpoint,
  type Sats,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
  Writer,
  witnessCommitment,
} from '@raistone/primitives'
import { opcode, pushData, pushNumber } from '@raistone/script'

/** BIP-0141: what a coinbase's witness holds; free for later commitments. */
const RESERVED = new Uint8Array(32)

export interface CoinbaseParts {
  readonly height: Height
  readonly fees: Sats
  readonly payTo: Uint8Array
  /** Makes coinbases differ where the nonces do not suffice; 0 leaves it out. */
  readonly extraNonce: number
  /** The block's other transactions. */
  readonly others: readonly Transaction[]
}

/** BIP-0034: the height, then something so that the script is never shorter than the two bytes it must have. */
function signatureScript(height: Height, extraNonce: number): Uint8Array {
  if (extraNonce === 0) return concatBytes(pushNumber(height), Uint8Array.of(opcode.OP_0))
  const writer = new Writer(8)
  writer.u64(BigInt(extraNonce))
  return concatBytes(pushNumber(height), pushData(writer.bytes))
}

const build = (scriptSig: Uint8Array, outputs: readonly TxOut[], witness: readonly Uint8Array[]): Transaction =>
  createTransaction({
    version: 2,
    inputs: [{ prevout: nullOutpoint, scriptSig, sequence: SEQUENCE_FINAL, witness }],
    outputs,
    lockTime: 0,
  })

/** The transaction that pays the miner, with the witness commitment from SegWit's height on. */
export function createCoinbase(parts: CoinbaseParts, params: ChainParams): Transaction {
  const { height, fees, payTo, extraNonce, others } = parts
  const scriptSig = signatureScript(height, extraNonce)
  const reward = { value: blockSubsidy(height, params) + fees, script: payTo }
  if (height < params.forks.segwit) return build(scriptSig, [reward], [])
  // The commitment counts the coinbase as zero, so any coinbase will do to compute it.
  const draft = build(scriptSig, [{ value: 0n, script: emptyBytes }], [])
  const commitment = { value: 0n, script: commitmentScript(witnessCommitment([draft, ...others], RESERVED)) }
  return build(scriptSig, [reward, commitment], [RESERVED])
}
