import {
  type Block,
  type BlockHash,
  concatBytes,
  createBlock,
  createTransaction,
  fromHex,
  merkleRoot,
  nullOutpoint,
  SEQUENCE_FINAL,
  type Transaction,
  ZERO_HASH,
} from '@raistone/primitives'
import { pushData } from '@raistone/script'
import type { GenesisFile } from './genesis-schema.js'

/** Satoshi's first coinbase pushed the bits of Bitcoin's genesis block and 4 before its message, and so do others since. */
const scriptBeforeText = concatBytes(pushData(fromHex('ffff001d')), pushData(Uint8Array.of(4)))

function coinbaseOf({ coinbaseText, outputs }: GenesisFile['genesisBlock']): Transaction {
  const message = pushData(new TextEncoder().encode(coinbaseText))
  return createTransaction({
    version: 1,
    inputs: [
      {
        prevout: nullOutpoint,
        scriptSig: concatBytes(scriptBeforeText, message),
        sequence: SEQUENCE_FINAL,
        witness: [],
      },
    ],
    outputs: outputs.map(({ value, script }) => ({ value: BigInt(value), script: fromHex(script) })),
    lockTime: 0,
  })
}

/** The block that a genesis file describes, whatever hash it claims. */
export function buildGenesis(description: GenesisFile['genesisBlock']): Block {
  const coinbase = coinbaseOf(description)
  const { version, time, bits, nonce } = description
  const header = {
    version,
    prev: ZERO_HASH as BlockHash,
    merkleRoot: merkleRoot([coinbase.txid]).root,
    time,
    bits: Number.parseInt(bits, 16),
    nonce,
  }
  return createBlock(header, [coinbase])
}
