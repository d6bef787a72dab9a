import {
  concatBytes,
  emptyBytes,
  encode,
  encodeTransaction,
  fromDisplayHex,
  hash256,
  sha256,
  type TransactionBody,
  type TxIn,
  type TxOut,
  taggedHasher,
  txOut,
  u32,
  u64,
  varBytes,
} from '@raistone/primitives'

// Signature hashes as their texts have them, nothing shared and nothing kept: what the fast ones are compared with.

const SINGLE = 3
const NONE = 2
const ANYONECANPAY = 0x80
const zero32 = new Uint8Array(32)
const noOutput: TxOut = { value: -1n, script: emptyBytes }

const number32 = (n: number): Uint8Array => encode(u32, n >>> 0)
const outpoint = ({ prevout }: TxIn): Uint8Array => concatBytes(fromDisplayHex(prevout.txid), number32(prevout.vout))
const sequence = (input: TxIn): Uint8Array => number32(input.sequence)
const output = (out: TxOut): Uint8Array => encode(txOut, out)
const all = <T>(values: readonly T[], bytesOf: (value: T) => Uint8Array): Uint8Array =>
  concatBytes(...values.map(bytesOf))

/** The first client's way: copy the transaction, blank what is not signed, serialise. `code` is without separators. */
export function plainLegacy(tx: TransactionBody, index: number, code: Uint8Array, hashType: number): Uint8Array {
  const mode = hashType & 0x1f
  if (mode === SINGLE && index >= tx.outputs.length) return Uint8Array.of(1, ...zero32.subarray(1))
  const loose = mode === SINGLE || mode === NONE
  const blank = tx.inputs.map((input, i) => ({
    ...input,
    scriptSig: i === index ? code : emptyBytes,
    sequence: loose && i !== index ? 0 : input.sequence,
    witness: [],
  }))
  const singles = tx.outputs.slice(0, index + 1).map((out, i) => (i === index ? out : noOutput))
  const copy: TransactionBody = {
    ...tx,
    inputs: hashType & ANYONECANPAY ? blank.slice(index, index + 1) : blank,
    outputs: mode === NONE ? [] : mode === SINGLE ? singles : tx.outputs,
  }
  return hash256(concatBytes(encodeTransaction(copy, false), number32(hashType)))
}

/** BIP-0143, items 1 to 10. */
export function plainV0(
  tx: TransactionBody,
  index: number,
  code: Uint8Array,
  value: bigint,
  hashType: number,
): Uint8Array {
  const mode = hashType & 0x1f
  const alone = (hashType & ANYONECANPAY) !== 0
  const loose = mode === SINGLE || mode === NONE
  const input = tx.inputs[index] as TxIn
  const own = mode === SINGLE ? tx.outputs[index] : undefined
  return hash256(
    concatBytes(
      number32(tx.version),
      alone ? zero32 : hash256(all(tx.inputs, outpoint)),
      alone || loose ? zero32 : hash256(all(tx.inputs, sequence)),
      outpoint(input),
      encode(varBytes, code),
      encode(u64, value),
      sequence(input),
      own ? hash256(output(own)) : loose ? zero32 : hash256(all(tx.outputs, output)),
      number32(tx.lockTime),
      number32(hashType),
    ),
  )
}

/** What BIP-0342 adds. */
export interface PlainLeaf {
  readonly leafHash: Uint8Array
  readonly separator: number
}

const tapSighash = taggedHasher('TapSighash')

/** BIP-0341's common signature message for a hash type that it defines; undefined for SINGLE without an output. */
export function plainTaproot(
  tx: TransactionBody,
  spent: readonly TxOut[],
  index: number,
  hashType: number,
  annex?: Uint8Array,
  leaf?: PlainLeaf,
): Uint8Array | undefined {
  const mode = hashType & 3
  const alone = (hashType & ANYONECANPAY) !== 0
  const input = tx.inputs[index] as TxIn
  const own = tx.outputs[index]
  if (mode === SINGLE && !own) return undefined
  const parts = [Uint8Array.of(0, hashType), number32(tx.version), number32(tx.lockTime)]
  if (!alone) {
    parts.push(sha256(all(tx.inputs, outpoint)), sha256(all(spent, out => encode(u64, out.value))))
    parts.push(sha256(all(spent, out => encode(varBytes, out.script))), sha256(all(tx.inputs, sequence)))
  }
  if (mode !== NONE && mode !== SINGLE) parts.push(sha256(all(tx.outputs, output)))
  parts.push(Uint8Array.of((leaf ? 2 : 0) + (annex ? 1 : 0)))
  if (alone) parts.push(outpoint(input), output(spent[index] as TxOut), sequence(input))
  else parts.push(number32(index))
  if (annex) parts.push(sha256(encode(varBytes, annex)))
  if (mode === SINGLE) parts.push(sha256(output(own as TxOut)))
  if (leaf) parts.push(leaf.leafHash, Uint8Array.of(0), number32(leaf.separator))
  return tapSighash(...parts)
}
