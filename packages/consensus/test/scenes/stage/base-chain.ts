import type { Block, TxOut } from '@raistone/primitives'
import { BlockBuilder, type OwnedCoin, ownedCoin, type PayTo, payTos, spend, testKey } from '@raistone/testkit'
import type { ChainParams } from '../../../src/params/chain-params.js'
import { anyScript } from '../../support/bodies.js'

/** A coin that anybody may spend without a signature. */
export interface OpenCoin {
  readonly outpoint: OwnedCoin['outpoint']
  readonly output: TxOut
}

/** Blocks that every scene under the same rules begins with, and the coins they leave. */
export interface BaseChain {
  /** Genesis left out. */
  readonly blocks: readonly Block[]
  /** Of test key 0, by kind. */
  readonly owned: Readonly<Record<PayTo, readonly OwnedCoin[]>>
  readonly open: readonly OpenCoin[]
}

/** What each of the coins is worth. */
export const COIN = 100_000_000n

/** The height of a base: from 17 to 127 a coinbase may be as short as two bytes. */
export const BASE_HEIGHT = 20

const OWNED = 7
const OPEN = 20

/** For scenes in which even the first blocks are their own. */
export const emptyBase: BaseChain = {
  blocks: [],
  owned: { p2pkh: [], 'p2sh-p2wpkh': [], p2wpkh: [], p2tr: [] },
  open: [],
}

/** The first coinbase that matures becomes coins of every kind. */
function build(params: ChainParams): BaseChain {
  const builder = new BlockBuilder(params)
  const key = testKey(0)
  const blocks = builder.mineMany(params.coinbaseMaturity)
  const first = ownedCoin(blocks[0]!.transactions[0]!, 0, key)
  const outputs: TxOut[] = [
    ...payTos.flatMap(kind => Array<TxOut>(OWNED).fill({ value: COIN, script: key.scripts[kind] })),
    ...Array<TxOut>(OPEN).fill({ value: COIN, script: anyScript }),
  ]
  const split = spend([first], outputs)
  blocks.push(builder.mine({ transactions: [split] }))
  blocks.push(...builder.mineMany(BASE_HEIGHT - blocks.length))
  const ownedOf = (kind: PayTo): OwnedCoin[] =>
    Array.from({ length: OWNED }, (_, i) => ownedCoin(split, payTos.indexOf(kind) * OWNED + i, key))
  const open = Array.from({ length: OPEN }, (_, i) => {
    const vout = payTos.length * OWNED + i
    return { outpoint: { txid: split.txid, vout }, output: split.outputs[vout] as TxOut }
  })
  const owned = Object.fromEntries(payTos.map(kind => [kind, ownedOf(kind)])) as Record<PayTo, OwnedCoin[]>
  return { blocks, owned, open }
}

const built = new Map<ChainParams, BaseChain>()

/** Built once for the same rules. */
export function baseChain(params: ChainParams): BaseChain {
  const base = built.get(params) ?? build(params)
  built.set(params, base)
  return base
}
