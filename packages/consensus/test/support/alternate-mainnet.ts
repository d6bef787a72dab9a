import {
  type Block,
  concatBytes,
  createBlock,
  createTransaction,
  emptyBytes,
  fromHex,
  type Header,
  nullOutpoint,
  SEQUENCE_FINAL,
  type Transaction,
} from '@raistone/primitives'
import { pushNumber } from '@raistone/script'
import type { ChainParams } from '../../src/params/chain-params.js'
import type { PowAncestor } from '../../src/pow/ancestor.js'
import { nextBits } from '../../src/pow/retarget.js'

/** What is published of Core's alternate mainnet: all else of its blocks follows from their heights. */
export interface AlternateMainnet {
  readonly timestamps: readonly number[]
  readonly nonces: readonly number[]
}

const VERSION = 0x20000000
const SUBSIDY = 50_00000000n
/** Pays to 1NQpH6Nf8QtR2HphLRcvuVqfhXBXsiWn8r. */
const PAY_TO = fromHex('76a914eadbac7f36c37e39361168b7aaee3cb24a25312d88ac')
/** The highest height that is pushed by one byte, which is too little for a coinbase's script. */
const SHORTEST = 16

function coinbaseAt(height: number): Transaction {
  const filler = height <= SHORTEST ? Uint8Array.of(0) : emptyBytes
  const scriptSig = concatBytes(pushNumber(height), filler)
  return createTransaction({
    version: 2,
    inputs: [{ prevout: nullOutpoint, scriptSig, sequence: SEQUENCE_FINAL, witness: [] }],
    outputs: [{ value: SUBSIDY, script: PAY_TO }],
    lockTime: 0,
  })
}

/** The blocks on mainnet's genesis block. Their bits are those our rules dictate; that they show work says if these are right. */
export function alternateBlocks({ timestamps, nonces }: AlternateMainnet, params: ChainParams): Block[] {
  const blocks: Block[] = []
  let parent: PowAncestor = { ...params.genesis.header, height: 0, parent: undefined }
  let prev = params.genesis.hash
  for (const [i, time] of timestamps.entries()) {
    const coinbase = coinbaseAt(i + 1)
    const header: Header = {
      version: VERSION,
      prev,
      merkleRoot: coinbase.txid as string as Header['merkleRoot'],
      time,
      bits: nextBits(parent, time, params),
      nonce: nonces[i] as number,
    }
    const block = createBlock(header, [coinbase])
    blocks.push(block)
    parent = { time, bits: header.bits, height: i + 1, parent }
    prev = block.hash
  }
  return blocks
}
