import { expect } from '@jest/globals'
import { type Block, concatBytes, type Transaction } from '@raistone/primitives'
import { opcode, pushNumber } from '@raistone/script'
import { input, transaction } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import type { OpenCoin } from './stage/base-chain.js'
import { guard, openOutput, pay, release, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { scriptFails } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'
import { words } from './stage/words.js'

const NONFINAL = 'bad-txns-nonfinal'
/** BIP-0068: the lock is off. */
const DISABLED = 0x80000000
/** BIP-0068: units of 512 seconds instead of blocks. */
const BY_TIME = 0x00400000
const UNIT_SEC = 512

/** A coin made in a block of its own; the next block is one older. */
async function freshCoin(stage: Stage): Promise<OpenCoin> {
  const tx = take(stage.openCoin())
  await stage.mine({ transactions: [tx] })
  return openOutput(tx)
}

const after = (coin: OpenCoin, sequence: number, version = 2): Transaction =>
  take(coin, undefined, { sequence, version })

/** Blocks this many seconds later, enough that the median time is theirs; the first takes the step. */
async function passTime(stage: Stage, seconds: number): Promise<void> {
  const wanted = stage.medianTimePast + seconds
  while (stage.medianTimePast < wanted)
    await stage.mine({ header: { time: Math.max(wanted, stage.medianTimePast + 1) } })
}

/** Demands an age of the coin (BIP-0112). */
const aged = (units: number): Uint8Array =>
  concatBytes(pushNumber(units), words(opcode.OP_CHECKSEQUENCEVERIFY, opcode.OP_DROP, opcode.OP_1))

/** A coin under a demand of three blocks, made in a block of its own. */
async function threeBlocksOld(stage: Stage): Promise<ReturnType<typeof guard>> {
  const coin = guard(stage.openCoin(), 'p2wsh', aged(3))
  await stage.mine({ transactions: [coin.tx] })
  await stage.mine()
  return coin
}

export const relativeLocks: Theme = {
  name: 'relative locks',
  scenes: [
    {
      name: 'a lock of blocks is over when the coin is so many blocks old',
      play: async stage => {
        const coin = await freshCoin(stage)
        await stage.mine()
        await stage.refuse(stage.block({ transactions: [after(coin, 3)] }), NONFINAL)
        await stage.mine()
        await stage.mine({ transactions: [after(coin, 3)] })
      },
    },
    {
      name: 'a coin made in the block is no block old',
      play: async stage => {
        const parent = take(stage.openCoin())
        const child = (sequence: number): Transaction => after(openOutput(parent), sequence)
        await stage.refuse(stage.block({ transactions: [parent, child(1)] }), NONFINAL)
        await stage.mine({ transactions: [parent, child(0)] })
      },
    },
    {
      name: 'a lock of time is over when the median time before the block is so much past the one before the coin',
      play: async stage => {
        await passTime(stage, 100)
        const since = stage.chain.entryAt(stage.height - 1)?.medianTimePast as number
        const coin = await freshCoin(stage)
        await passTime(stage, since + 2 * UNIT_SEC - 1 - stage.medianTimePast)
        expect(stage.medianTimePast).toBe(since + 2 * UNIT_SEC - 1)
        const tx = after(coin, BY_TIME + 2)
        await stage.refuse(
          stage.block({ transactions: [tx], header: { time: stage.tip.header.time + 5000 } }),
          NONFINAL,
        )
        await passTime(stage, 1)
        expect(stage.medianTimePast).toBe(since + 2 * UNIT_SEC)
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'a coin made in the block is no time old',
      play: async stage => {
        const parent = take(stage.openCoin())
        const child = (sequence: number): Transaction => after(openOutput(parent), sequence)
        await stage.refuse(stage.block({ transactions: [parent, child(BY_TIME + 1)] }), NONFINAL)
        await stage.mine({ transactions: [parent, child(BY_TIME)] })
      },
    },
    {
      name: 'a set highest bit switches the lock off, other bits mean nothing',
      play: async stage => {
        const coins = [await freshCoin(stage), await freshCoin(stage)] as const
        const strayBits = 0x3fbf0000
        await stage.refuse(stage.block({ transactions: [after(coins[0], strayBits + 100)] }), NONFINAL)
        await stage.mine({ transactions: [after(coins[0], DISABLED + 100), after(coins[1], strayBits + 1)] })
      },
    },
    {
      name: 'transactions of version 1 have none, and versions are not signed',
      play: async stage => {
        const coin = await freshCoin(stage)
        for (const version of [2, 3, 0xffffffff])
          await stage.refuse(stage.block({ transactions: [after(coin, 100, version)] }), NONFINAL)
        await stage.mine({ transactions: [after(coin, 100, 1)] })
        await stage.mine({ transactions: [after(await freshCoin(stage), 100, 0)] })
      },
    },
    {
      name: 'every input has its own',
      play: async stage => {
        const [old, young] = [await freshCoin(stage), await freshCoin(stage)]
        const both = (...sequences: number[]): Transaction =>
          transaction({
            inputs: [old, young].map(({ outpoint }, i) => input(outpoint, { sequence: sequences[i] as number })),
          })
        await stage.refuse(stage.block({ transactions: [both(2, 2)] }), NONFINAL)
        await stage.mine({ transactions: [both(2, 1)] })
      },
    },
    {
      name: 'before BIP68 there are none',
      rules: rulesWith(forksAt({ csv: 23 })),
      play: async stage => {
        const coin = await freshCoin(stage)
        await stage.mine({ transactions: [after(coin, 100)] })
        const other = await freshCoin(stage)
        await stage.refuse(stage.block({ transactions: [after(other, 100)] }), NONFINAL)
      },
    },
    {
      name: 'the age of a coin is that on its branch',
      play: async stage => {
        const fork = stage.tip
        const made = take(stage.openCoin())
        const tx = after(openOutput(made), 2)
        await stage.mine({ transactions: [made] })
        await stage.mine()
        await stage.mine({ transactions: [tx] })
        // Made one block later on the other branch, it is too young at the same height.
        const [first] = stage.branch(1, fork) as [Block]
        const second = stage.block({ on: first, transactions: [made] })
        const third = stage.block({ on: second, transactions: [tx] })
        await stage.store(first, second, third)
        await stage.refuse(stage.block({ on: third }), 'bad-prevblk')
        stage.failedFor(third, NONFINAL)
        const [other] = stage.branch(1, second) as [Block]
        await stage.store(other)
        await stage.accept(stage.block({ on: other, transactions: [tx] }))
      },
    },
    {
      name: 'a coinbase has to be mature besides',
      play: async stage => {
        const coin = stage.coinbaseCoin(stage.height - 3)
        const tx = (sequence: number): Transaction => pay(coin, undefined, { sequence })
        await stage.refuse(stage.block({ transactions: [tx(4)] }), NONFINAL)
        const young = pay(stage.coinbaseCoin(stage.height - 2), undefined, { sequence: 2 })
        await stage.refuse(stage.block({ transactions: [young] }), 'bad-txns-premature-spend-of-coinbase')
        await stage.mine({ transactions: [tx(3)] })
      },
    },
    {
      name: 'OP_CHECKSEQUENCEVERIFY demands an age as high as its own',
      play: async stage => {
        const coin = await threeBlocksOld(stage)
        const spent = (sequence: number, version = 2): Block =>
          stage.block({ transactions: [release([coin], [], { sequence, version })] })
        await stage.refuse(spent(2), scriptFails('UNSATISFIED_LOCKTIME'))
        await stage.refuse(spent(3), NONFINAL)
        await stage.mine()
        await stage.accept(spent(3))
      },
    },
    {
      name: 'of the same kind, in force, and in version 2',
      play: async stage => {
        const coin = await threeBlocksOld(stage)
        await stage.mine()
        const spent = (sequence: number, version = 2): Block =>
          stage.block({ transactions: [release([coin], [], { sequence, version })] })
        const unsatisfied = scriptFails('UNSATISFIED_LOCKTIME')
        await stage.refuse(spent(BY_TIME), unsatisfied)
        await stage.refuse(spent(DISABLED + 3), unsatisfied)
        await stage.refuse(spent(3, 1), unsatisfied)
        await stage.accept(spent(3))
      },
    },
    {
      name: 'before BIP112 it does nothing',
      rules: rulesWith(forksAt({ csv: 23 })),
      play: async stage => {
        const [one, other] = [1, 2].map(() => guard(stage.openCoin(), 'p2sh', aged(100))) as [
          ReturnType<typeof guard>,
          ReturnType<typeof guard>,
        ]
        await stage.mine({ transactions: [one.tx, other.tx] })
        await stage.mine({ transactions: [release([one], [], { sequence: 0 })] })
        await stage.refuse(
          stage.block({ transactions: [release([other], [], { sequence: 0 })] }),
          scriptFails('UNSATISFIED_LOCKTIME'),
        )
      },
    },
  ],
}
