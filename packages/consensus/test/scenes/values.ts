import type { Transaction, TxOut } from '@raistone/primitives'
import { spend } from '@raistone/testkit'
import { output, spending } from '../support/bodies.js'
import { rulesWith } from '../support/rule-scene.js'
import { COIN } from './stage/base-chain.js'
import { openOutput, outpointOf, pay, take, toKey } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'

const usual = rulesWith()
const { maxMoney, subsidy } = usual.money
/** Money enough for one coinbase and not for two. */
const poor = rulesWith({ money: { ...usual.money, maxMoney: subsidy } })

/** Of a coin of this value, outputs that nobody may make. */
const refusedOutputs = (rule: string, ...wrong: readonly (readonly TxOut[])[]): Scene['play'] => {
  return async stage => {
    const coin = stage.openCoin()
    for (const outputs of wrong) await stage.refuse(stage.block({ transactions: [take(coin, outputs)] }), rule)
    await stage.mine({ transactions: [take(coin)] })
  }
}

export const values: Theme = {
  name: 'values',
  scenes: [
    {
      name: 'a transaction pays no more than it spends',
      like: 'b59',
      play: async stage => {
        const coin = stage.openCoin()
        const paying = (...amounts: bigint[]): Transaction =>
          take(
            coin,
            amounts.map(amount => output(amount)),
          )
        await stage.refuse(stage.block({ transactions: [paying(COIN + 1n)] }), 'bad-txns-in-belowout')
        await stage.refuse(stage.block({ transactions: [paying(COIN, 1n)] }), 'bad-txns-in-belowout')
        await stage.mine({ transactions: [paying(COIN - 1n, 1n)] })
      },
    },
    {
      name: 'nor does it where another pays a fee',
      play: async stage => {
        const [rich, greedy] = [stage.openCoin(), stage.openCoin()]
        const generous = take(rich, [output(1n)])
        await stage.refuse(
          stage.block({ transactions: [generous, take(greedy, [output(COIN + 1n)])] }),
          'bad-txns-in-belowout',
        )
        await stage.mine({ transactions: [generous, take(greedy)] })
      },
    },
    {
      name: 'no output is negative',
      play: refusedOutputs(
        'bad-txns-vout-negative',
        [output(-1n)],
        [output(COIN), output(-1n)],
        [output(-(2n ** 63n))],
      ),
    },
    {
      name: 'no output is larger than all money',
      play: refusedOutputs('bad-txns-vout-toolarge', [output(maxMoney + 1n)], [output(0n), output(2n ** 63n - 1n)]),
    },
    {
      name: 'the outputs together are no larger either',
      play: refusedOutputs(
        'bad-txns-txouttotal-toolarge',
        [output(maxMoney), output(1n)],
        [output(maxMoney / 2n), output(maxMoney / 2n), output(1n)],
      ),
    },
    {
      name: 'two outputs whose sum overflows 64 bits make no money (CVE-2010-5139)',
      play: refusedOutputs(
        'bad-txns-vout-toolarge',
        [output(2n ** 63n - 1n), output(2n ** 63n - 1n)],
        [output(9_223_372_036_854_277_039n), output(1n)],
      ),
    },
    {
      name: 'all money in one output is in range, and more than anybody has',
      play: refusedOutputs('bad-txns-in-belowout', [output(maxMoney)], [output(maxMoney - 1n), output(1n)]),
    },
    {
      name: 'outputs worth nothing can be made and spent',
      play: async stage => {
        const coin = stage.openCoin()
        const made = take(coin, [output(0n), output(coin.output.value), output(0n)])
        await stage.mine({ transactions: [made, take(openOutput(made))] })
        await stage.refuse(
          stage.block({ transactions: [take(openOutput(made, 2), [output(1n)])] }),
          'bad-txns-in-belowout',
        )
        await stage.mine({ transactions: [take(openOutput(made, 2))] })
      },
    },
    {
      name: 'the coinbase makes no more than all money either',
      play: async stage => {
        await stage.refuse(stage.block({ coinbaseOutputs: [output(maxMoney + 1n)] }), 'bad-txns-vout-toolarge')
        await stage.refuse(stage.block({ coinbaseOutputs: [output(maxMoney)] }), 'bad-cb-amount')
        await stage.mine()
      },
    },
    {
      name: 'what a transaction spends is in the range of money',
      rules: poor,
      play: async stage => {
        const coins = [2, 3].map(height => stage.coinbaseCoin(height))
        await stage.refuse(
          stage.block({ transactions: [spend(coins, [toKey(subsidy)])] }),
          'bad-txns-inputvalues-outofrange',
        )
        await stage.mine({ transactions: coins.map(coin => pay(coin)) })
      },
    },
    {
      name: 'and so are the fees of a block together',
      rules: poor,
      play: async stage => {
        const coins = [2, 3].map(height => stage.coinbaseCoin(height))
        const leaving = (...outputs: bigint[]): Transaction[] =>
          coins.map((coin, i) => pay(coin, [toKey(outputs[i] as bigint)]))
        await stage.refuse(
          stage.block({ transactions: leaving(0n, subsidy - 1n) }),
          'bad-txns-accumulated-fee-outofrange',
        )
        await stage.mine({ transactions: leaving(0n, subsidy) })
      },
    },
    {
      name: 'many inputs add up to one output and back',
      play: async stage => {
        const coins = Array.from({ length: 8 }, () => stage.openCoin())
        const joined = spending(
          coins.map(({ outpoint }) => outpoint),
          [output(8n * COIN)],
        )
        const split = spending([outpointOf(joined)], Array<TxOut>(8).fill(output(COIN)))
        const more = spending(
          split.outputs.map((_, vout) => outpointOf(split, vout)),
          [output(8n * COIN + 1n)],
        )
        await stage.mine({ transactions: [joined, split] })
        await stage.refuse(stage.block({ transactions: [more] }), 'bad-txns-in-belowout')
      },
    },
  ],
}
