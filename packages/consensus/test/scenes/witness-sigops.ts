import { createTransaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { type ScriptHome, tapTree, testKey } from '@raistone/testkit'
import { output } from '../support/bodies.js'
import { idle, spendMany, spendOne } from './stage/idle-scripts.js'
import { pay } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'
import { scriptFails } from './stage/script-play.js'
import type { SceneBlock } from './stage/stage.js'
import { guardByTree, releaseTree } from './stage/tap-coins.js'
import { times, words } from './stage/words.js'

const { OP_CHECKSIG, OP_CHECKMULTISIG } = opcode

/** Operations of cost four that alone reach the limit of 80,000. */
const MOST_OUTSIDE = 20_000

const RULE = 'bad-blk-sigops'

const paying = (count: number): SceneBlock => ({ coinbaseOutputs: [output(0n, times(count, OP_CHECKSIG))] })

/** 21 scripts of 3,800 and one of 190 leave ten; the step past the limit is one. */
const inScripts = (home: ScriptHome): Scene['play'] => {
  return async stage => {
    const most = [
      ...spendMany(stage, home, idle(190, OP_CHECKMULTISIG), 21),
      ...spendOne(stage, home, idle(190, OP_CHECKSIG)),
    ]
    const over = [...most, ...spendOne(stage, home, idle(11, OP_CHECKSIG))]
    await stage.refuse(stage.block({ transactions: over }), RULE)
    await stage.mine({ transactions: [...most, ...spendOne(stage, home, idle(10, OP_CHECKSIG))] })
  }
}

export const witnessSigops: Theme = {
  name: 'signature operations in witnesses',
  scenes: [
    { name: 'those of witness scripts cost one each, 80,000 in a block', play: inScripts('p2wsh') },
    { name: 'also where P2SH hides the program', play: inScripts('p2sh-p2wsh') },
    {
      name: 'they share the limit with those outside, which cost four',
      play: async stage => {
        const [some, one] = [
          spendOne(stage, 'p2wsh', idle(40, OP_CHECKSIG)),
          spendOne(stage, 'p2wsh', idle(1, OP_CHECKSIG)),
        ]
        const rest = paying(MOST_OUTSIDE - 10)
        await stage.refuse(stage.block({ transactions: [...some, ...one], ...rest }), RULE)
        await stage.mine({ transactions: some, ...rest })
      },
    },
    {
      name: 'a signature for a key hash program costs one',
      play: async stage => {
        const coins = [stage.coin(), stage.coin('p2sh-p2wpkh'), stage.coin(), stage.coin('p2sh-p2wpkh')]
        const four = coins.map(coin => pay(coin))
        const rest = paying(MOST_OUTSIDE - 1)
        await stage.refuse(stage.block({ transactions: [...four, pay(stage.coin())], ...rest }), RULE)
        await stage.mine({ transactions: four, ...rest })
      },
    },
    {
      name: 'a Taproot output costs nothing, by its key or by a script full of them',
      play: async stage => {
        const many = words(
          opcode.OP_0,
          opcode.OP_IF,
          ...Array<number>(5000).fill(OP_CHECKSIG),
          opcode.OP_ENDIF,
          opcode.OP_1,
        )
        const coin = guardByTree(stage.openCoin(), tapTree(testKey(3), many))
        const transactions = [coin.tx, releaseTree(coin), pay(stage.coin('p2tr'))]
        await stage.refuse(stage.block({ transactions, ...paying(MOST_OUTSIDE + 1) }), RULE)
        await stage.mine({ transactions, ...paying(MOST_OUTSIDE) })
      },
    },
    {
      name: 'a program that an input leaves without a witness counts nothing and fails',
      play: async stage => {
        const [made, spent] = spendOne(stage, 'p2wsh', idle(190, OP_CHECKMULTISIG))
        const bare = { ...spent!, inputs: spent!.inputs.map(each => ({ ...each, witness: [] })) }
        await stage.refuse(
          stage.block({ transactions: [made!, createTransaction(bare)], ...paying(MOST_OUTSIDE) }),
          scriptFails('WITNESS_PROGRAM_WITNESS_EMPTY'),
        )
        await stage.refuse(stage.block({ transactions: [made!, spent!], ...paying(MOST_OUTSIDE) }), RULE)
        await stage.mine({ transactions: [made!, spent!] })
      },
    },
  ],
}
