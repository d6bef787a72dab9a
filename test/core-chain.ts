import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { type Chain, createLocalVerifier, openChain, openMemoryStore } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { type Block, decodeBlock, nobleCurve } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import {
  chainsFolder,
  changeNonce,
  flipByte,
  hasWork,
  MERKLE_ROOT_OFFSET,
  readBlockFile,
  reseal,
  seededRandom,
  witnessOffset,
} from '@raistone/testkit'

/** Where the random places and bytes come from; `RAISTONE_PROOF_SEED` names another. */
export const SEED = Number(process.env.RAISTONE_PROOF_SEED ?? 20_260_101)
const random = seededRandom(SEED)
export const pick = (count: number): number => Math.floor(random() * count)

/** What Bitcoin Core said of the chain. */
export interface CoreFacts {
  readonly tip: string
  readonly chainwork: string
  readonly blocks: number
  readonly inputs: number
  readonly gettxoutsetinfo: {
    readonly transactions: number
    readonly txouts: number
    readonly bogosize: number
    readonly total_amount: string
  }
}

/** A byte of a signature's s, of its DER frame, and of the public key: each fails in another way. */
const script = {
  wrongSignature: {
    item: 0,
    byte: 50,
    message: 'Script evaluated without error but finished with a false/empty top stack element',
  },
  brokenFrame: { item: 0, byte: 0, message: 'Non-canonical DER signature' },
  wrongKey: { item: 1, byte: 20, message: 'Script failed an OP_EQUALVERIFY operation' },
} as const

const scriptReason = (kind: keyof typeof script): string => `block-script-verify-flag-failed (${script[kind].message})`

/** One witness byte of a random input of the block changed, and nothing else. */
function damageWitness(raw: Uint8Array, kind: keyof typeof script): Block {
  const { transactions } = decodeBlock(raw)
  const tx = 1 + pick(transactions.length - 1)
  const input = pick(transactions[tx]?.inputs.length ?? 1)
  const { item, byte } = script[kind]
  return decodeBlock(flipByte(raw, witnessOffset(raw, tx, input, item, byte), 0x01))
}

/** The block with a bit of its Merkle root flipped such that its new hash shows work, or does not. */
function damageMerkleRoot(raw: Uint8Array, holds: boolean): Block {
  for (let bit = 0; bit < 256; bit++) {
    const damaged = decodeBlock(flipByte(raw, MERKLE_ROOT_OFFSET + (bit >> 3), 1 << (bit & 7)))
    if (hasWork(damaged.header) === holds) return damaged
  }
  throw new RangeError('no bit of the Merkle root gives the wanted hash')
}

/** What each kind of damage is refused with, in the order of tries: none may stand in the way of the next. */
const refused: readonly (readonly [string, (raw: Uint8Array) => Block, string])[] = [
  ['a witness byte changed', raw => damageWitness(raw, 'wrongSignature'), 'bad-witness-merkle-match'],
  [
    'a signature changed and sealed again',
    raw => reseal(damageWitness(raw, 'wrongSignature')),
    scriptReason('wrongSignature'),
  ],
  [
    'a DER frame broken and sealed again',
    raw => reseal(damageWitness(raw, 'brokenFrame')),
    scriptReason('brokenFrame'),
  ],
  ['a public key changed and sealed again', raw => reseal(damageWitness(raw, 'wrongKey')), scriptReason('wrongKey')],
  ['a Merkle root that still shows work', raw => damageMerkleRoot(raw, true), 'bad-txnmrklroot'],
  ['a Merkle root that shows none', raw => damageMerkleRoot(raw, false), 'high-hash'],
  ['a nonce for which the work fails', raw => changeNonce(decodeBlock(raw), false), 'high-hash'],
]

const folder = (): string => chainsFolder() as string

/** The chain of 60,000 transactions, as the import command takes it. */
export const coreChainFile = (): string => join(folder(), 'core-regtest-60k.dat')

export const readCoreFacts = (): CoreFacts =>
  JSON.parse(readFileSync(join(folder(), 'core-regtest-60k.json'), 'utf8')) as CoreFacts

/** Its raw blocks; heights 1 and up. */
export const readCoreBlocks = (): Uint8Array[] =>
  [...readBlockFile(new Uint8Array(readFileSync(coreChainFile())))].map(({ raw }) => raw)

/** Index of the first block that spends. */
export const firstSpending = (blocks: readonly Uint8Array[]): number =>
  blocks.findIndex(raw => decodeBlock(raw).transactions.length > 1)

/** An empty chain in memory whose clock stands at the last of these blocks. */
export async function openMemoryChain(blocks: readonly Uint8Array[]): Promise<Chain> {
  const curve = (await loadNativeCurve()) ?? nobleCurve
  const nowMs = decodeBlock(blocks.at(-1) as Uint8Array).header.time * 1000
  return openChain({
    params: loadChain('regtest'),
    store: await openMemoryStore(),
    verifier: createLocalVerifier(curve),
    clock: { nowMs: () => nowMs },
  })
}

export async function submitAll(chain: Chain, raws: readonly Uint8Array[]): Promise<void> {
  for (const raw of raws) expect(await chain.submitBlock(raw)).toMatchObject({ state: 'connected' })
}

/** Tries every kind of damage on the block that would be next; the chain must stay as it is. */
export async function tryDamage(chain: Chain, raw: Uint8Array): Promise<void> {
  const before = chain.tip
  for (const [what, damage, rule] of refused) {
    const damaged = damage(raw)
    const { reject } = { reject: undefined, ...(await chain.submitBlock(damaged.raw)) }
    expect({ seed: SEED, height: before.height + 1, what, rule: reject?.rule }).toMatchObject({ what, rule })
    expect(chain.tip).toBe(before)
  }
}
