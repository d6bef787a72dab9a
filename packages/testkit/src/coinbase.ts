import {
  commitmentScript,
  concatBytes,
  createTransaction,
  emptyBytes,
  nullOutpoint,
  SEQUENCE_FINAL,
  type Transaction,
  type TransactionBody,
  type TxOut,
  witnessCommitment,
} from '@raistone/primitives'

/** BIP-0141: the reserved value that test coinbases carry as their witness. */
export const witnessReserved: Uint8Array = new Uint8Array(32)

/** BIP-0034: the push of a height that a coinbase begins with; 1 to 16 are opcodes. */
export function heightPush(height: number): Uint8Array {
  if (height === 0) return Uint8Array.of(0)
  if (height <= 16) return Uint8Array.of(0x50 + height)
  const bytes: number[] = []
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256)
  if ((bytes.at(-1) as number) >= 0x80) bytes.push(0)
  return Uint8Array.of(bytes.length, ...bytes)
}

function extraNoncePush(extraNonce: number): Uint8Array {
  const push = new Uint8Array(5)
  push[0] = 4
  new DataView(push.buffer).setUint32(1, extraNonce, true)
  return push
}

export interface CoinbaseParts {
  readonly height: number
  readonly extraNonce: number
  readonly outputs: readonly TxOut[]
  /** The transactions after it, when it is to commit to their witnesses. */
  readonly commitTo?: readonly Transaction[]
}

/** A coinbase's body: height, extra nonce, the outputs, and the commitment output last where one is wanted. */
export function coinbaseBody({ height, extraNonce, outputs, commitTo }: CoinbaseParts): TransactionBody {
  const scriptSig = concatBytes(heightPush(height), extraNoncePush(extraNonce))
  const bare: TransactionBody = {
    version: 2,
    inputs: [{ prevout: nullOutpoint, scriptSig, sequence: SEQUENCE_FINAL, witness: [] }],
    outputs,
    lockTime: 0,
  }
  if (!commitTo) return bare
  // The coinbase's own wtxid counts as zero, so that any coinbase stands in for it.
  const placeholder = createTransaction({ ...bare, inputs: [{ ...bare.inputs[0]!, scriptSig: emptyBytes }] })
  const script = commitmentScript(witnessCommitment([placeholder, ...commitTo], witnessReserved))
  return {
    ...bare,
    inputs: [{ ...bare.inputs[0]!, witness: [witnessReserved] }],
    outputs: [...outputs, { value: 0n, script }],
  }
}
