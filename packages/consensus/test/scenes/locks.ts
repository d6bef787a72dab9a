import { expect } from '@jest/globals'
import { concatBytes, SEQUENCE_FINAL, type Transaction } from '@raistone/primitives'
import { opcode, pushNumber } from '@raistone/script'
import { input, transaction } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { guard, release, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { scriptFails } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'
import { words } from './stage/words.js'

const NONFINAL = 'bad-txns-nonfinal'
/** From here on a lock time is a time. */
const LEAST_TIME = 500_000_000

/** Spends a coin of its own; not final by its sequence unless told otherwise. */
const locked = (stage: Stage, lockTime: number, sequence = 0): Transaction =>
  take(stage.openCoin(), undefined, { lockTime, sequence })

/** Demands a lock time of its spender (BIP-0065). */
const until = (lockTime: number): Uint8Array =>
  concatBytes(pushNumber(lockTime), words(opcode.OP_CHECKLOCKTIMEVERIFY, opcode.OP_DROP, opcode.OP_1))

export const locks: Theme = {
  name: 'lock times',
  scenes: [
    {
      name: 'a transaction locked until a height is good in the block after it',
      like: 'b62',
      play: async stage => {
        const tx = locked(stage, stage.height)
        await stage.refuse(stage.block({ transactions: [tx] }), NONFINAL)
        await stage.mine({ transactions: [locked(stage, stage.height - 1)] })
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'a lock means nothing where every input is final, and holds where one is not',
      play: async stage => {
        const coins = [stage.openCoin(), stage.openCoin()]
        const withSequences = (...sequences: number[]): Transaction =>
          transaction({
            inputs: coins.map(({ outpoint }, i) => input(outpoint, { sequence: sequences[i] as number })),
            lockTime: stage.height + 1000,
          })
        await stage.refuse(stage.block({ transactions: [withSequences(SEQUENCE_FINAL, SEQUENCE_FINAL - 1)] }), NONFINAL)
        await stage.refuse(stage.block({ transactions: [withSequences(0, SEQUENCE_FINAL)] }), NONFINAL)
        await stage.mine({ transactions: [withSequences(SEQUENCE_FINAL, SEQUENCE_FINAL)] })
      },
    },
    {
      name: 'a transaction locked until a time waits for the median time, not for the block’s (BIP113)',
      play: async stage => {
        const { medianTimePast } = stage
        const late = { header: { time: medianTimePast + 5000 } }
        const tx = locked(stage, medianTimePast)
        await stage.refuse(stage.block({ transactions: [tx], ...late }), NONFINAL)
        await stage.mine({ transactions: [locked(stage, medianTimePast - 1)], ...late })
        expect(stage.medianTimePast).toBeGreaterThan(medianTimePast)
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'before BIP113 it waits for the block’s own time',
      rules: rulesWith(forksAt({ csv: 22 })),
      play: async stage => {
        const time = stage.medianTimePast + 5000
        const tx = locked(stage, time)
        await stage.refuse(stage.block({ transactions: [tx], header: { time } }), NONFINAL)
        await stage.mine({ transactions: [locked(stage, time - 1)], header: { time } })
        await stage.refuse(stage.block({ transactions: [tx], header: { time: time + 1 } }), NONFINAL)
      },
    },
    {
      name: 'below five hundred million a lock is a height, from there on a time',
      play: async stage => {
        await stage.refuse(stage.block({ transactions: [locked(stage, LEAST_TIME - 1)] }), NONFINAL)
        await stage.mine({ transactions: [locked(stage, LEAST_TIME)] })
        await stage.refuse(stage.block({ transactions: [locked(stage, 0xffffffff)] }), NONFINAL)
      },
    },
    {
      name: 'a lock is judged by the branch the block is on',
      play: async stage => {
        const fork = stage.tip
        const tx = locked(stage, stage.height + 1)
        await stage.accept(...stage.branch(3))
        const [first, second] = stage.branch(2, fork) as [Stage['tip'], Stage['tip']]
        await stage.store(first)
        await stage.refuse(stage.block({ on: first, transactions: [tx] }), NONFINAL)
        await stage.store(second, stage.block({ on: second, transactions: [tx] }))
      },
    },
    {
      name: 'OP_CHECKLOCKTIMEVERIFY demands a lock as late as its own',
      play: async stage => {
        const { height } = stage
        const coin = guard(stage.openCoin(), 'p2wsh', until(height - 1))
        const spent = (lockTime: number): Transaction[] => [coin.tx, release([coin], [], { lockTime, sequence: 0 })]
        await stage.refuse(stage.block({ transactions: spent(height - 2) }), scriptFails('UNSATISFIED_LOCKTIME'))
        await stage.refuse(stage.block({ transactions: spent(height) }), NONFINAL)
        await stage.mine({ transactions: spent(height - 1) })
      },
    },
    {
      name: 'and that it is in force, and of the same kind',
      play: async stage => {
        const script = until(stage.height - 1)
        const coin = guard(stage.openCoin(), 'p2sh', script)
        const unsatisfied = scriptFails('UNSATISFIED_LOCKTIME')
        const final = release([coin], [], { lockTime: stage.height - 1, sequence: SEQUENCE_FINAL })
        await stage.refuse(stage.block({ transactions: [coin.tx, final] }), unsatisfied)
        const byTime = release([coin], [], { lockTime: stage.medianTimePast - 1, sequence: 0 })
        await stage.refuse(stage.block({ transactions: [coin.tx, byTime] }), unsatisfied)
        const good = release([coin], [], { lockTime: stage.height - 1, sequence: SEQUENCE_FINAL - 1 })
        await stage.mine({ transactions: [coin.tx, good] })
      },
    },
    {
      name: 'no lock that it demands is negative',
      play: async stage => {
        const coin = guard(stage.openCoin(), 'p2sh', until(-1))
        const spent = release([coin], [], { lockTime: 1, sequence: 0 })
        await stage.refuse(stage.block({ transactions: [coin.tx, spent] }), scriptFails('NEGATIVE_LOCKTIME'))
        const zero = guard(stage.openCoin(), 'p2sh', until(0))
        // With a zero as its only condition the script is still true.
        await stage.mine({ transactions: [zero.tx, release([zero], [], { lockTime: 0, sequence: 0 })] })
      },
    },
    {
      name: 'before BIP65 it does nothing',
      rules: rulesWith(forksAt({ bip65: 23 })),
      play: async stage => {
        const coins = [1, 2].map(() => guard(stage.openCoin(), 'p2sh', until(1_000_000)))
        const [one, other] = coins.map(coin => release([coin])) as [Transaction, Transaction]
        await stage.mine({ transactions: coins.map(({ tx }) => tx) })
        await stage.mine({ transactions: [one] })
        await stage.refuse(stage.block({ transactions: [other] }), scriptFails('UNSATISFIED_LOCKTIME'))
      },
    },
  ],
}
