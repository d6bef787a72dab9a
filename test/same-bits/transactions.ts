import {
  type BlockHash,
  blockWeight,
  createBlock,
  createTransaction,
  decodeBlock,
  decodeTransaction,
  type Header,
  type MerkleRoot,
  merkleRoot,
  nullOutpoint,
  type Transaction,
  type TransactionBody,
  type TxIn,
  type Txid,
  type TxOut,
  toHex,
  transactionWeight,
  witnessCommitment,
} from '@raistone/primitives'
import {
  annexHash,
  createSpendContext,
  NO_SEPARATOR,
  signatureHashLegacy,
  signatureHashTaproot,
  signatureHashV0,
} from '@raistone/script'
import type { Draw } from '../equal-tiers/draw.js'
import { hex, type Section } from './section.js'

const several = <T>(draw: Draw, most: number, make: () => T): T[] => Array.from({ length: 1 + draw.below(most) }, make)

const drawValue = (draw: Draw): bigint =>
  draw.pick([0n, 2_100_000_000_000_000n, -1n, BigInt(draw.below(2 ** 32)) * BigInt(1 + draw.below(2 ** 31))])
const drawOutput = (draw: Draw): TxOut => ({ value: drawValue(draw), script: draw.bytes(draw.below(60)) })

const drawInput = (draw: Draw, hasWitness: boolean): TxIn => ({
  prevout: draw.onceIn(10) ? nullOutpoint : { txid: toHex(draw.bytes(32)) as Txid, vout: draw.below(2 ** 32) },
  scriptSig: draw.bytes(draw.below(110)),
  sequence: draw.below(2 ** 32),
  witness: hasWitness ? several(draw, 3, () => draw.bytes(draw.below(80))) : [],
})

function drawBody(draw: Draw): TransactionBody {
  const hasWitness = draw.onceIn(2)
  return {
    version: draw.below(2 ** 32),
    inputs: several(draw, 4, () => drawInput(draw, hasWitness)),
    outputs: several(draw, 4, () => drawOutput(draw)),
    lockTime: draw.below(2 ** 32),
  }
}

const ids = (tx: Transaction): string => `${tx.txid} ${tx.wtxid} ${tx.strippedSize} ${transactionWeight(tx)}`

function transactionLine(draw: Draw): string {
  const tx = createTransaction(drawBody(draw))
  return `${toHex(tx.raw)}: ${ids(tx)}, decoded ${ids(decodeTransaction(tx.raw))}`
}

const drawHeader = (draw: Draw, root: MerkleRoot): Header => ({
  version: draw.below(2 ** 32) | 0,
  prev: toHex(draw.bytes(32)) as BlockHash,
  merkleRoot: root,
  time: draw.below(2 ** 32),
  bits: draw.below(2 ** 32),
  nonce: draw.below(2 ** 32),
})

function blockLine(draw: Draw): string {
  const transactions = several(draw, 12, () => createTransaction(drawBody(draw)))
  const { root } = merkleRoot(transactions.map(({ txid }) => txid))
  const block = createBlock(drawHeader(draw, root), transactions)
  const decoded = decodeBlock(block.raw)
  const wtxids = decoded.transactions.map(({ wtxid }) => wtxid).join(' ')
  const commitment = toHex(witnessCommitment(transactions, draw.bytes(32)))
  return `${block.hash} ${decoded.hash} ${root} ${commitment} ${blockWeight(decoded)}: ${wtxids}`
}

/** Named types mostly, for others mean the same as one of them. */
const drawHashType = (draw: Draw): number =>
  draw.pick([0, 1, 2, 3, 0x81, 0x82, 0x83, draw.below(256), draw.below(2 ** 32)])

/** A script code with separators in it, which the legacy hash leaves out. */
function drawCode(draw: Draw): Uint8Array {
  const code = draw.bytes(draw.below(80))
  return code.map(byte => (byte > 0xe0 ? 0xab : byte))
}

function sighashLine(draw: Draw): string {
  const tx = drawBody(draw)
  const spend = createSpendContext(
    tx,
    tx.inputs.map(() => drawOutput(draw)),
  )
  const annex = draw.onceIn(3) ? annexHash(draw.bytes(1 + draw.below(40))) : undefined
  const separator = draw.pick([NO_SEPARATOR, draw.below(100)])
  const position = draw.onceIn(2) ? { leafHash: draw.bytes(32), separator } : undefined
  const hashes = tx.inputs.map((_, index) => {
    const [code, hashType] = [drawCode(draw), drawHashType(draw)]
    const taproot = signatureHashTaproot(spend, index, hashType, annex, position)
    const both = [signatureHashLegacy(spend, index, code, hashType), signatureHashV0(spend, index, code, hashType)]
    return `${hex(hashType)} ${both.map(toHex).join(' ')} ${taproot ? toHex(taproot) : 'nothing to sign'}`
  })
  return hashes.join(', ')
}

/** Ids of transactions and blocks, and what signatures sign. */
export const transactionSections: readonly Section[] = [
  { name: 'transaction ids', cases: 1_500, line: transactionLine },
  { name: 'block ids', cases: 200, line: blockLine },
  { name: 'signature hashes', cases: 1_200, line: sighashLine },
]
