import { describe, expect, test } from '@jest/globals'
import { concatBytes, hash160, type OutpointKey, outpointKey, type Transaction, type TxOut } from '@raistone/primitives'
import { opcode, pushData, scriptFlag } from '@raistone/script'
import type { BlockOptions } from '@raistone/testkit'
import { overlay, reverseDiff } from '../../src/coin.js'
import { type Connected, neededOutpoints, outpointsOf } from '../../src/rules/block/with-coins.js'
import { scriptFlagsAt } from '../../src/rules/script-flags.js'
import { blockSubsidy } from '../../src/rules/subsidy.js'
import { anyScript, input, outpoint, output, spending, transaction, withTransactions } from '../support/bodies.js'
import { forksAt, RuleScene, rulesWith } from '../support/rule-scene.js'
import { twin, twins } from './walk/coins.js'

const SUBSIDY = 5_000_000_000n
const scene = new RuleScene()
const judge = (options: BlockOptions, at = scene) => at.judge(at.build(options))
const spend = (height: number, outputs: readonly TxOut[] = [output(SUBSIDY)], at = scene): Transaction =>
  spending([at.coin(height).outpoint], outputs)
const first = (tx: Transaction) => ({ txid: tx.txid, vout: 0 })

const connected = (at: RuleScene, options: BlockOptions): Connected => {
  const outcome = at.connect(at.build(options))
  if (outcome.reject) throw new Error(outcome.reject.rule)
  return outcome.value
}

describe('bad-txns-BIP30', () => {
  /** Without heights in coinbases two of them can be the same transaction. */
  const sameCoinbase: BlockOptions = {
    coinbase: body => ({ ...body, inputs: [input(body.inputs[0]!.prevout, { scriptSig: new Uint8Array(5) })] }),
    commitment: false,
  }

  test('but a coinbase does in the blocks excepted, and what it took the place of comes back with the block', () => {
    const at = twins()
    const block = at.build(twin(2))
    const { outpoint: place, output: coin } = at.coin(2)
    const key = outpointKey(place)
    const bip30Exceptions = new Set([block.hash])
    const outcome = at.connect(block, { ...at.params, bip30Exceptions })
    if (outcome.reject) throw new Error(outcome.reject.rule)
    const { diff, overwritten, spent } = outcome.value
    const before = at.coins.get(key)
    expect(before).toMatchObject({ value: coin.value, height: 2 })
    expect(overwritten).toEqual(new Map([[key, before]]))
    expect(diff.spent).toEqual(overwritten)
    expect(diff.added.get(key)).toMatchObject({ value: coin.value, height: 5, coinbase: true })
    expect(spent).toEqual([[]])
    const back = overlay(overlay(at.coins, diff), reverseDiff(diff))
    expect(back.get(key)).toEqual(before)
    const others = new Set([at.mined[0]!.hash])
    expect(at.connect(block, { ...at.params, bip30Exceptions: others }).reject?.rule).toBe('bad-txns-BIP30')
  })

  test('one output that is left is enough', () => {
    const half = new RuleScene(rulesWith(forksAt({ bip34: 1000 })), 0)
    const options = { ...sameCoinbase, coinbaseOutputs: [output(1n), output(2n)] }
    const coinbase = half.mine(options).transactions[0] as Transaction
    for (let i = 0; i < 3; i++) half.mine()
    half.mine({ transactions: [spending([first(coinbase)], [output(1n)])] })
    expect(judge(options, half)?.rule).toBe('bad-txns-BIP30')
  })
})

describe('bad-txns-inputs-missingorspent', () => {
  const missing = { rule: 'bad-txns-inputs-missingorspent', cause: 'consensus' }

  test('coins are there, and only once', () => {
    const other = spend(1, [output(1n)])
    expect(judge({ transactions: [spending([outpoint(77)], [output(0n)])] })).toMatchObject(missing)
    expect(judge({ transactions: [spend(1), other] })).toMatchObject(missing)
    expect(judge({ transactions: [spend(1)] })).toBeUndefined()
  })

  test('within a block a coin is made before it is spent', () => {
    const parent = spend(1)
    const child = spending([first(parent)], [output(SUBSIDY)])
    expect(judge({ transactions: [child, parent] })).toMatchObject(missing)
    expect(judge({ transactions: [parent, child] })).toBeUndefined()
    expect(judge({ transactions: [parent, child, spending([first(parent)], [output(1n)])] })).toMatchObject(missing)
  })

  test('what nobody can spend is no coin', () => {
    const dead = (script: Uint8Array) => {
      const parent = spend(1, [output(SUBSIDY, script)])
      return judge({ transactions: [parent, spending([first(parent)], [output(SUBSIDY)])] })
    }
    expect(dead(Uint8Array.of(0x6a))).toMatchObject(missing)
    expect(dead(new Uint8Array(10_001))).toMatchObject(missing)
    expect(dead(new Uint8Array(10_000))).toBeUndefined()
  })
})

describe('bad-txns-premature-spend-of-coinbase', () => {
  test('holds for the block’s own coinbase', () => {
    const block = scene.build({ commitment: false })
    const own = spending([first(block.transactions[0] as Transaction)], [output(SUBSIDY)])
    expect(scene.judge(withTransactions(block, [...block.transactions, own]))?.rule).toBe(
      'bad-txns-premature-spend-of-coinbase',
    )
  })
})

describe('money', () => {
  test('bad-cb-amount: the fees of all transactions count, and need not be taken', () => {
    const transactions = [spend(1, [output(SUBSIDY - 7n)]), spend(2, [output(SUBSIDY - 5n)])]
    expect(judge({ transactions, fees: 13n })?.rule).toBe('bad-cb-amount')
    expect(judge({ transactions, fees: 12n })).toBeUndefined()
    expect(judge({ transactions })).toBeUndefined()
    expect(judge({ fees: 1n })?.detail).toBe('coinbase pays too much (actual=5000000001 vs limit=5000000000)')
  })

  test('bad-cb-amount: the subsidy halves', () => {
    const { money } = scene.params
    const halving = new RuleScene(rulesWith({ money: { ...money, halvingBlocks: 5 } }))
    expect(judge({ coinbaseOutputs: [output(SUBSIDY / 2n + 1n)] }, halving)?.rule).toBe('bad-cb-amount')
    expect(judge({ coinbaseOutputs: [output(SUBSIDY / 2n)] }, halving)).toBeUndefined()
  })

  test('the subsidy halves until nothing is left', () => {
    const of = (height: number) => blockSubsidy(height, scene.params)
    expect([1, 149, 150, 299, 300].map(of)).toEqual([SUBSIDY, SUBSIDY, SUBSIDY / 2n, SUBSIDY / 2n, SUBSIDY / 4n])
    expect(of(150 * 32)).toBe(1n)
    expect([33, 63, 64, 65, 1_000_000].map(n => of(150 * n))).toEqual([0n, 0n, 0n, 0n, 0n])
    const { money } = scene.params
    expect(blockSubsidy(64, { money: { ...money, subsidy: 2n ** 64n, halvingBlocks: 1 } })).toBe(0n)
  })

  test('bad-txns-accumulated-fee-outofrange: fees are added up before relative locks are looked at', () => {
    const { money } = scene.params
    const poor = new RuleScene(rulesWith({ money: { ...money, maxMoney: SUBSIDY } }))
    const [all, tx] = [0n, SUBSIDY - 1n].map((value, i) => spend(i + 1, [output(value)], poor)) as [
      Transaction,
      Transaction,
    ]
    const locked = spending([tx.inputs[0]!.prevout], tx.outputs, { sequence: 100 })
    expect(judge({ transactions: [all, locked] }, poor)?.rule).toBe('bad-txns-accumulated-fee-outofrange')
    expect(judge({ transactions: [locked] }, poor)?.rule).toBe('bad-txns-nonfinal')
  })
})

describe('bad-txns-nonfinal: BIP-0068', () => {
  const nonfinal = { rule: 'bad-txns-nonfinal', cause: 'consensus' }

  test('no lock in version 1', () => {
    const locked = (version: number) => spending([scene.coin(2).outpoint], [output(SUBSIDY)], { sequence: 4, version })
    expect(judge({ transactions: [locked(2)] })).toMatchObject(nonfinal)
    expect(judge({ transactions: [locked(1)] })).toBeUndefined()
  })

  test('a coin of the same block is 0 blocks old', () => {
    const parent = spend(1)
    const child = (sequence: number) => spending([first(parent)], [output(SUBSIDY)], { sequence })
    expect(judge({ transactions: [parent, child(1)] })).toMatchObject(nonfinal)
    expect(judge({ transactions: [parent, child(0)] })).toBeUndefined()
  })
})

describe('bad-blk-sigops: with coins', () => {
  const P2SH = (redeem: Uint8Array) => concatBytes(Uint8Array.of(0xa9, 20), hash160(redeem), Uint8Array.of(0x87))
  /** Coins with these redeem scripts and their spend: signature operations that nothing else shows. */
  const heavy = (redeems: readonly Uint8Array[], sequence = 0): Transaction[] => {
    const parent = spending(
      [scene.coin(1).outpoint],
      redeems.map(redeem => output(1n, P2SH(redeem))),
    )
    const inputs = redeems.map((redeem, vout) =>
      input({ txid: parent.txid, vout }, { scriptSig: pushData(redeem), sequence }),
    )
    return [parent, transaction({ inputs, outputs: [output(1n)] })]
  }
  /** More than half of what is allowed: each counts for 20 signature operations at 4. */
  const half = new Uint8Array(520).fill(opcode.OP_CHECKMULTISIG)

  test('come after the locks of the same transaction and before the coinbase’s amount', () => {
    expect(judge({ transactions: heavy([half, half], 9) })?.rule).toBe('bad-txns-nonfinal')
    expect(judge({ transactions: heavy([half, half]), fees: SUBSIDY * 2n })?.rule).toBe('bad-blk-sigops')
  })

  test('do not look into redeem scripts before BIP-0016', () => {
    const early = new RuleScene(rulesWith(forksAt({ bip16: 1000 })))
    expect(judge({ transactions: heavy([half, half]) }, early)).toBeUndefined()
    expect(judge({ transactions: heavy([half, half]) })?.rule).toBe('bad-blk-sigops')
  })
})

test('reasons come in Core’s order: BIP-0030, then each transaction, the coinbase’s amount last', () => {
  const bad = spending([outpoint(77)], [output(0n)])
  const below = spend(1, [output(SUBSIDY + 1n)])
  expect(judge({ transactions: [below, bad], fees: SUBSIDY })?.rule).toBe('bad-txns-in-belowout')
  expect(judge({ transactions: [bad, below], fees: SUBSIDY })?.rule).toBe('bad-txns-inputs-missingorspent')
  const immatureAndBelow = spend(4, [output(SUBSIDY + 1n)])
  expect(judge({ transactions: [immatureAndBelow] })?.rule).toBe('bad-txns-premature-spend-of-coinbase')
})

describe('a block that connects', () => {
  const parent = spend(1, [output(SUBSIDY - 10n), output(1n, Uint8Array.of(0x6a)), output(2n)])
  const child = spending([first(parent)], [output(SUBSIDY - 15n)])
  const options = { transactions: [parent, child], fees: 12n }

  test('adds and spends coins; one made and spent within is in neither list', () => {
    const { diff, fees, spent } = connected(scene, options)
    const [coinbase] = scene.build(options).transactions as [Transaction]
    expect([...diff.spent.keys()]).toEqual([outpointKey(scene.coin(1).outpoint)])
    expect([...diff.added.keys()]).toEqual([`${coinbase.txid}:0`, `${parent.txid}:2`, `${child.txid}:0`])
    expect(diff.added.get(`${coinbase.txid}:0` as OutpointKey)).toMatchObject({ height: 5, coinbase: true })
    expect(diff.added.get(`${child.txid}:0` as OutpointKey)).toEqual({
      value: SUBSIDY - 15n,
      script: anyScript,
      height: 5,
      coinbase: false,
    })
    expect(fees).toBe(12n)
    expect(spent.map(coins => coins.map(({ value }) => value))).toEqual([[], [SUBSIDY], [SUBSIDY - 10n]])
  })

  test('is undone by the reversed diff', () => {
    const { diff } = connected(scene, options)
    const back = overlay(overlay(scene.coins, diff), reverseDiff(diff))
    for (const key of outpointsOf(scene.build(options).transactions))
      expect(back.get(key)).toEqual(scene.coins.get(key))
  })

  test('asks for the coins it spends and for those it would overwrite, and for no others', () => {
    const block = scene.build(options)
    const made = block.transactions.flatMap(({ txid, outputs }) => outputs.map((_, vout) => `${txid}:${vout}`))
    const keys = outpointsOf(block.transactions)
    expect(new Set(keys)).toEqual(new Set([...made, outpointKey(scene.coin(1).outpoint)]))
    expect(keys).not.toContain(`${'00'.repeat(32)}:4294967295`)
  })

  test('needs no more than the older coins it spends, but where two coinbases can be alike', () => {
    const block = scene.build(options)
    expect(neededOutpoints(block.transactions, scene.params)).toEqual([outpointKey(scene.coin(1).outpoint)])
    expect(neededOutpoints(block.transactions, rulesWith(forksAt({ bip34: 2 })))).toEqual(
      outpointsOf(block.transactions),
    )
  })
})

describe('script flags', () => {
  const f = scriptFlag
  const steps = rulesWith(forksAt({ bip16: 1, bip66: 2, bip65: 3, csv: 4, segwit: 5, taproot: 6 }))
  const hash = steps.genesis.hash

  test('come with each soft fork', () => {
    let expected = 0
    const brought = [
      0,
      f.P2SH | f.WITNESS,
      f.DERSIG,
      f.CHECKLOCKTIMEVERIFY,
      f.CHECKSEQUENCEVERIFY,
      f.NULLDUMMY,
      f.TAPROOT,
    ]
    brought.forEach((flags, height) => {
      expected |= flags
      expect(scriptFlagsAt(height, hash, steps)).toBe(expected)
    })
    expect(scriptFlagsAt(1, hash, rulesWith())).toBe(expected)
  })

  test('of an excepted block stand in place of P2SH, WITNESS and TAPROOT only', () => {
    const excepted = { ...steps, scriptExceptions: new Map([[hash, f.P2SH]]) }
    const all = scriptFlagsAt(9, hash, steps)
    expect(scriptFlagsAt(9, hash, excepted)).toBe(all & ~(f.WITNESS | f.TAPROOT))
    expect(scriptFlagsAt(9, 'other' as typeof hash, excepted)).toBe(all)
  })
})
