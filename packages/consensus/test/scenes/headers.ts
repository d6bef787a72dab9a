import { type BlockHash, createBlock } from '@raistone/primitives'
import { changeNonce } from '@raistone/testkit'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import type { Theme } from './stage/scene.js'

const usual = rulesWith()
const FUTURE_SEC = usual.pow.futureLimitSec

/** An easy target of regtest, as a number that is not its limit. */
const HARDER_BITS = 0x207ffffe

export const headers: Theme = {
  name: 'headers',
  scenes: [
    {
      name: 'a block shows work',
      like: 'b47',
      play: async stage => {
        const lazy = stage.block({ work: 'fails' })
        await stage.refuse(lazy, 'high-hash', 'header')
        stage.refuseHeader(lazy, 'high-hash', 'header')
        await stage.refuse(stage.block({ on: lazy }), 'prev-blk-not-found', 'missing')
        await stage.accept(changeNonce(lazy, true))
      },
    },
    {
      name: 'bits that stand for no target, or an easier one than allowed, are met by no hash',
      play: async stage => {
        const negative = 0x20ffffff
        const [zero, tooLarge, easier] = [0, 0xff7fffff, 0x2100ffff]
        for (const bits of [zero, negative, tooLarge, easier])
          await stage.refuse(stage.block({ header: { bits }, work: false }), 'high-hash', 'header')
        await stage.mine()
      },
    },
    {
      name: 'the bits are those of the schedule, harder ones are refused as well',
      like: 'b50',
      play: async stage => {
        const harder = stage.block({ header: { bits: HARDER_BITS } })
        await stage.refuse(harder, 'bad-diffbits', 'header')
        stage.refuseHeader(harder, 'bad-diffbits', 'header')
        await stage.mine({ header: { bits: usual.genesis.header.bits } })
      },
    },
    {
      name: 'a block is later than the median of the eleven before it',
      like: 'b53 b54 b55',
      play: async stage => {
        const old = stage.block({ header: { time: stage.medianTimePast } })
        await stage.refuse(old, 'time-too-old', 'header')
        stage.refuseHeader(old, 'time-too-old', 'header')
        // It may be earlier than its parent.
        await stage.mine({ header: { time: stage.medianTimePast + 1 } })
        await stage.mine({ header: { time: stage.medianTimePast + 1 } })
      },
    },
    {
      name: 'the median is that of the branch',
      play: async stage => {
        const fork = stage.tip
        const { medianTimePast } = stage
        for (let i = 0; i < 7; i++) await stage.mine({ header: { time: fork.header.time + 1000 + i } })
        await stage.refuse(stage.block({ header: { time: fork.header.time + 1000 } }), 'time-too-old', 'header')
        await stage.store(stage.block({ on: fork, header: { time: medianTimePast + 1 } }))
      },
    },
    {
      name: 'a block is at most two hours ahead of the clock, and may be right later',
      like: 'b48',
      play: async stage => {
        const latest = stage.clock.nowSec + FUTURE_SEC
        const early = stage.block({ header: { time: latest + 1 } })
        await stage.refuse(early, 'time-too-new', 'early')
        stage.refuseHeader(early, 'time-too-new', 'early')
        await stage.refuse(stage.block({ on: early }), 'prev-blk-not-found', 'missing')
        await stage.mine({ header: { time: latest } })
        stage.clock.nowSec++
        await stage.store(early)
        await stage.accept(stage.block({ on: early, header: { time: latest } }))
      },
    },
    {
      name: 'versions that BIP34, BIP66 and BIP65 left behind are refused',
      like: 'b_v1 b_v2 b_v3',
      play: async stage => {
        for (const version of [0, 1, 2, 3]) {
          const block = stage.block({ header: { version } })
          await stage.refuse(block, `bad-version(0x0000000${version})`, 'header')
          stage.refuseHeader(block, `bad-version(0x0000000${version})`, 'header')
        }
        for (const version of [4, 5, 0x3fffffff, 0x7fffffff]) await stage.mine({ header: { version } })
      },
    },
    {
      name: 'versions are signed: the highest bit makes them old',
      play: async stage => {
        await stage.refuse(stage.block({ header: { version: -1 } }), 'bad-version(0xffffffff)', 'header')
        await stage.refuse(stage.block({ header: { version: -0x80000000 } }), 'bad-version(0x80000000)', 'header')
        await stage.mine({ header: { version: 0x7fffffff } })
      },
    },
    {
      name: 'each version is good until its fork',
      rules: rulesWith(forksAt({ bip34: 22, bip66: 23, bip65: 24 })),
      play: async stage => {
        await stage.mine({ header: { version: -1 } })
        for (const version of [1, 2, 3]) {
          const hex = `0000000${version}`
          await stage.refuse(stage.block({ header: { version } }), `bad-version(0x${hex})`, 'header')
          await stage.mine({ header: { version: version + 1 } })
        }
        await stage.refuse(stage.block({ header: { version: 3 } }), 'bad-version(0x00000003)', 'header')
      },
    },
    {
      name: 'a block whose parent nobody knows may come again',
      play: async stage => {
        const orphan = stage.block({ header: { prev: '11'.repeat(32) as BlockHash } })
        await stage.refuse(orphan, 'prev-blk-not-found', 'missing')
        stage.refuseHeader(orphan, 'prev-blk-not-found', 'missing')
        const parent = stage.block()
        const child = stage.block({ on: parent })
        await stage.refuse(child, 'prev-blk-not-found', 'missing')
        await stage.accept(parent, child)
      },
    },
    {
      name: 'the genesis block is there already, and no other is',
      play: async stage => {
        const { genesis } = stage.params
        await stage.knows(genesis)
        const other = changeNonce(createBlock(genesis.header, genesis.transactions), true)
        await stage.refuse(other, 'prev-blk-not-found', 'missing')
      },
    },
  ],
}
