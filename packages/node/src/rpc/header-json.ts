import type { BlockEntry } from '@raistone/consensus'
import type { JsonObject } from '@raistone/rpc'
import type { RpcChain } from './context.js'

const hex32 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
const hex256 = (value: bigint): string => value.toString(16).padStart(64, '0')

/** How many times harder than the easiest target Bitcoin knows; a double, for display only. */
export function difficultyOf(bits: number): number {
  const exponent = (bits >>> 24) - 29
  const ratio = 0xffff / (bits & 0xffffff)
  return ratio * 256 ** -exponent
}

/** The target that compact bits stand for. */
function targetOf(bits: number): bigint {
  const exponent = BigInt(bits >>> 24)
  const mantissa = BigInt(bits & 0x7fffff)
  return exponent <= 3n ? mantissa >> (8n * (3n - exponent)) : mantissa << (8n * (exponent - 3n))
}

/** Bits, target and difficulty as several answers have them. */
export const targetJson = (bits: number): { bits: string; target: string; difficulty: number } => ({
  bits: hex32(bits),
  target: hex256(targetOf(bits)),
  difficulty: difficultyOf(bits),
})

export const chainWorkText = (entry: BlockEntry): string => hex256(entry.chainWork)

/** Blocks on top of it and itself; -1 off the active chain. */
export const confirmationsOf = (chain: RpcChain, entry: BlockEntry): number =>
  chain.isActive(entry) ? chain.tip.height - entry.height + 1 : -1

/** A header decoded as Core's blockheaderToJSON does it. */
export function headerJson(chain: RpcChain, entry: BlockEntry): JsonObject {
  const { header } = entry
  const next = chain.isActive(entry) ? chain.entryAt(entry.height + 1) : undefined
  return {
    hash: entry.hash,
    confirmations: confirmationsOf(chain, entry),
    height: entry.height,
    version: header.version,
    versionHex: hex32(header.version),
    merkleroot: header.merkleRoot,
    time: header.time,
    mediantime: entry.medianTimePast,
    nonce: header.nonce,
    ...targetJson(header.bits),
    chainwork: chainWorkText(entry),
    nTx: entry.txCount,
    previousblockhash: entry.parent?.hash,
    nextblockhash: next?.hash,
  }
}
