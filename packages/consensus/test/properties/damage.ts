import {
  type Block,
  concatBytes,
  createBlock,
  createTransaction,
  type Header,
  nullOutpoint,
  type Transaction,
  type TransactionBody,
  type TxIn,
  type TxOut,
} from '@raistone/primitives'
import { flipByte, reseal, solve } from '@raistone/testkit'

/** A source of numbers in [0, 1). */
export type Random = () => number

const below = (random: Random, count: number): number => Math.floor(random() * count)
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T

/** Numbers at which something begins or ends. */
const edges32 = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
const edges64 = [0n, 1n, -1n, 2_100_000_000_000_000n, 2_100_000_000_000_001n, 2n ** 63n - 1n, -(2n ** 63n)]

/** Bytes that look like a script or a witness item, or like nothing. */
function someBytes(random: Random): Uint8Array {
  const length = pick(random, [0, 1, 2, 5, 33, 65, 100, 521])
  return Uint8Array.from({ length }, () => below(random, 256))
}

type Change<T> = (random: Random, value: T) => T

const inputChanges: readonly Change<TxIn>[] = [
  (random, each) => ({ ...each, sequence: pick(random, edges32) }),
  (random, each) => ({ ...each, scriptSig: someBytes(random) }),
  (random, each) => ({ ...each, witness: Array.from({ length: below(random, 4) }, () => someBytes(random)) }),
  (random, each) => ({ ...each, prevout: { ...each.prevout, vout: pick(random, edges32) } }),
  (_, each) => ({ ...each, prevout: nullOutpoint }),
]

const outputChanges: readonly Change<TxOut>[] = [
  (random, each) => ({ ...each, value: pick(random, edges64) }),
  (random, each) => ({ ...each, value: each.value + BigInt(below(random, 3) - 1) }),
  (random, each) => ({ ...each, script: someBytes(random) }),
]

/** One of the list changed, left out, or there twice. */
function changeOne<T>(random: Random, list: readonly T[], changes: readonly Change<T>[]): T[] {
  const at = below(random, list.length)
  const [before, value, after] = [list.slice(0, at), list[at], list.slice(at + 1)]
  if (value === undefined) return []
  const kind = below(random, 6)
  if (kind === 0) return [...before, ...after]
  if (kind === 1) return [...before, value, value, ...after]
  return [...before, pick(random, changes)(random, value), ...after]
}

const bodyChanges: readonly Change<TransactionBody>[] = [
  (random, tx) => ({ ...tx, inputs: changeOne(random, tx.inputs, inputChanges) }),
  (random, tx) => ({ ...tx, outputs: changeOne(random, tx.outputs, outputChanges) }),
  (random, tx) => ({ ...tx, lockTime: pick(random, [...edges32, 10, 499_999_999, 500_000_000]) }),
  (random, tx) => ({ ...tx, version: pick(random, edges32) }),
]

const changeTransaction: Change<Transaction> = (random, tx) => createTransaction(pick(random, bodyChanges)(random, tx))

/** A transaction elsewhere in the list. */
function moved(random: Random, list: readonly Transaction[]): Transaction[] {
  const [from, to] = [below(random, list.length), below(random, list.length)]
  const rest = list.filter((_, i) => i !== from)
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)]
}

const headerChanges: readonly Change<Header>[] = [
  (random, header) => ({ ...header, time: pick(random, [0, header.time - 20, header.time + 7201, 0xffffffff]) }),
  (random, header) => ({ ...header, version: pick(random, [-0x80000000, -1, 0, 1, 3, 4, 0x7fffffff]) }),
  (_, header) => ({ ...header, prev: header.merkleRoot as string as Header['prev'] }),
  (_, header) => ({ ...header, merkleRoot: header.prev as string as Header['merkleRoot'] }),
  (random, header) => ({ ...header, nonce: below(random, 2 ** 32) }),
  (random, header) => ({ ...header, bits: pick(random, [0, 0x207ffffe, 0x2100ffff, 0x20ffffff, 0xff7fffff]) }),
]

/** Changes what a block says, then makes some of its seals right again, so that deeper rules get to see it. */
const changeContent = (random: Random, block: Block): Uint8Array => {
  const { transactions } = block
  const changed =
    below(random, 4) === 0 ? moved(random, transactions) : changeOne(random, transactions, [changeTransaction])
  const damaged = createBlock(block.header, changed)
  if (changed.length === 0) return createBlock(solve(block.header), []).raw
  return reseal(damaged, { commitment: below(random, 4) > 0, merkle: below(random, 6) > 0 }).raw
}

const changeHeader = (random: Random, { header, transactions }: Block): Uint8Array => {
  const changed = pick(random, headerChanges)(random, header)
  const canSolve = changed.bits === header.bits && below(random, 4) > 0
  return createBlock(canSolve ? solve(changed) : changed, transactions).raw
}

const changeBytes = (random: Random, { raw }: Block): Uint8Array => {
  const at = below(random, raw.length)
  const cuts: readonly (() => Uint8Array)[] = [
    () => flipByte(raw, at, 1 << below(random, 8)),
    () => flipByte(raw, 80 + below(random, raw.length - 80)),
    () => raw.subarray(0, at),
    () => concatBytes(raw, someBytes(random)),
    () => concatBytes(raw.subarray(0, at), raw.subarray(at + 1 + below(random, 40))),
    () => concatBytes(raw.subarray(0, at), someBytes(random), raw.subarray(at)),
    () => concatBytes(raw.subarray(0, at), raw.subarray(below(random, raw.length))),
  ]
  return pick(random, cuts)()
}

/** The block's bytes with something wrong, or with something changed that happens to be right. */
export const damaged = (random: Random, block: Block): Uint8Array =>
  pick(random, [changeBytes, changeContent, changeContent, changeHeader])(random, block)
