import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Chain, createLocalVerifier, openChain, openMemoryStore } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { type Block, decodeBlock, formatAmount, nobleCurve } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import {
  canRead,
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

const SEED = 20_260_101
const RANDOM = seededRandom(SEED)
const pick = (count: number): number => Math.floor(RANDOM() * count)

interface Expected {
  readonly tip: string
  readonly chainwork: string
  readonly gettxoutsetinfo: { transactions: number; txouts: number; bogosize: number; total_amount: string }
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

const suite = canRead('chains') ? describe : describe.skip

suite('damaged copies of a chain made by Bitcoin Core', () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(chainsFolder() as string, name)))
  let blocks: readonly Uint8Array[]
  let expected: Expected
  let firstSpending: number
  let openMemoryChain: () => Promise<Chain>
  const open = new Set<Chain>()

  beforeAll(async () => {
    blocks = [...readBlockFile(read('core-regtest-60k.dat'))].map(({ raw }) => raw)
    expected = JSON.parse(new TextDecoder().decode(read('core-regtest-60k.json'))) as Expected
    firstSpending = blocks.findIndex(raw => decodeBlock(raw).transactions.length > 1)
    const curve = (await loadNativeCurve()) ?? nobleCurve
    const nowMs = decodeBlock(blocks.at(-1) as Uint8Array).header.time * 1000
    openMemoryChain = async () => {
      const chain = await openChain({
        params: loadChain('regtest'),
        store: await openMemoryStore(),
        verifier: createLocalVerifier(curve),
        clock: { nowMs: () => nowMs },
      })
      open.add(chain)
      return chain
    }
  })

  afterAll(async () => {
    for (const chain of open) await chain.close()
  })

  async function submitAll(chain: Chain, raws: readonly Uint8Array[]): Promise<void> {
    for (const raw of raws) expect(await chain.submitBlock(raw)).toMatchObject({ state: 'connected' })
  }

  /** Tries every kind of damage on the block that would be next; the chain must stay as it is. */
  async function tryDamage(chain: Chain, raw: Uint8Array): Promise<void> {
    const before = chain.tip
    for (const [what, damage, rule] of refused) {
      const damaged = damage(raw)
      const { reject } = { reject: undefined, ...(await chain.submitBlock(damaged.raw)) }
      expect({ seed: SEED, height: before.height + 1, what, rule: reject?.rule }).toMatchObject({ what, rule })
      expect(chain.tip).toBe(before)
    }
  }

  test('are refused in the first spending block, a random one and the last, and the true chain goes on', async () => {
    const chain = await openMemoryChain()
    const random = firstSpending + 1 + pick(blocks.length - firstSpending - 2)
    let from = 0
    for (const at of [firstSpending, random, blocks.length - 1]) {
      await submitAll(chain, blocks.slice(from, at))
      await tryDamage(chain, blocks[at] as Uint8Array)
      from = at
    }
    await submitAll(chain, blocks.slice(from))
    expect(chain.tip.hash).toBe(expected.tip)
    expect(chain.tip.chainWork.toString(16).padStart(64, '0')).toBe(expected.chainwork)
    const { transactions, txouts, bogosize, total_amount } = expected.gettxoutsetinfo
    const found = await chain.statistics()
    expect(found).toMatchObject({ transactions, txouts })
    expect(BigInt(found.bogosize)).toBe(BigInt(bogosize))
    expect(formatAmount(found.totalAmount)).toBe(total_amount)
  }, 120_000)

  test('with another nonce that holds, the block connects and the next one misses its parent', async () => {
    const chain = await openMemoryChain()
    await submitAll(chain, blocks.slice(0, firstSpending))
    const [raw, next] = blocks.slice(firstSpending, firstSpending + 2) as [Uint8Array, Uint8Array]
    const renonced = changeNonce(decodeBlock(raw), true)
    await submitAll(chain, [renonced.raw])
    expect(chain.tip.hash).toBe(renonced.hash)
    expect(await chain.submitBlock(next)).toMatchObject({ reject: { rule: 'prev-blk-not-found', cause: 'missing' } })
    expect(chain.tip.hash).toBe(renonced.hash)
    // The true block is a rival of the same work; with its successor the true branch has more.
    expect(await chain.submitBlock(raw)).toMatchObject({ state: 'stored' })
    expect(await chain.submitBlock(next)).toMatchObject({ state: 'connected' })
    expect(chain.tip.hash).toBe(decodeBlock(next).hash)
  })
})
