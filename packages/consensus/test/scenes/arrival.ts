import { expect } from '@jest/globals'
import { type Block, decodeHeader, HEADER_SIZE } from '@raistone/primitives'
import { seededRandom } from '@raistone/testkit'
import { keyCoin, pay } from './stage/payments.js'
import type { Theme } from './stage/scene.js'

export const arrival: Theme = {
  name: 'the order in which blocks come',
  scenes: [
    {
      name: 'a child before its parent is refused, and welcome after it',
      play: async stage => {
        const [first, second, third] = stage.branch(3) as [Block, Block, Block]
        await stage.refuse(third, 'prev-blk-not-found', 'missing')
        await stage.refuse(second, 'prev-blk-not-found', 'missing')
        await stage.accept(first, second, third)
      },
    },
    {
      name: 'where the headers are known a child waits for its parent',
      play: async stage => {
        const blocks = stage.branch(4)
        stage.acceptHeaders(...blocks)
        await stage.store(...blocks.slice(1).reverse())
        await stage.link(blocks[0]!, blocks[3]!)
      },
    },
    {
      name: 'a block that waits can be spent from when its turn has come',
      play: async stage => {
        const made = pay(stage.coin())
        const first = stage.block({ transactions: [made] })
        const second = stage.block({ on: first, transactions: [pay(keyCoin(made))] })
        stage.acceptHeaders(first, second)
        await stage.store(second)
        await stage.link(first, second)
      },
    },
    {
      name: 'a block that waited and is invalid is found when its turn has come',
      play: async stage => {
        const [first] = stage.branch(1) as [Block]
        const bad = stage.block({ on: first, fees: 1n })
        const after = stage.branch(2, bad)
        stage.acceptHeaders(first, bad, ...after)
        await stage.store(...after, bad)
        await stage.link(first, first)
        stage.failedFor(bad, 'bad-cb-amount')
        await stage.refuse(after[0]!, 'duplicate-invalid')
      },
    },
    {
      name: 'a block that is invalid by itself does not wait',
      play: async stage => {
        const [first] = stage.branch(1) as [Block]
        const bad = stage.block({ on: first, coinbaseOutputs: [], commitment: false })
        stage.acceptHeaders(first, bad)
        await stage.refuse(bad, 'bad-txns-vout-empty')
        await stage.accept(first)
      },
    },
    {
      name: 'headers alone move nothing, however many there are',
      play: async stage => {
        const { tip } = stage
        const headers = stage.branch(30)
        stage.acceptHeaders(...headers)
        expect(stage.chain.bestHeader.hash).toBe(headers[29]!.hash)
        stage.tipIs(tip)
        expect(stage.chain.missingBlocks(100).map(({ hash }) => hash)).toEqual(headers.map(({ hash }) => hash))
        await stage.mine()
        expect(stage.chain.bestHeader.hash).toBe(headers[29]!.hash)
      },
    },
    {
      name: 'a header goes in after its parent’s',
      play: async stage => {
        const [first, second] = stage.branch(2) as [Block, Block]
        stage.refuseHeader(second, 'prev-blk-not-found', 'missing')
        stage.acceptHeaders(first, second)
        stage.acceptHeaders(first, second)
        await stage.accept(first, second)
      },
    },
    {
      name: 'the headers before one that is refused are kept',
      play: async stage => {
        const [first, second] = stage.branch(2) as [Block, Block]
        const old = stage.block({ on: second, header: { time: stage.medianTimePast - 5 } })
        const answer = stage.chain.submitHeaders(
          [first, second, old].map(({ raw }) => decodeHeader(raw.subarray(0, HEADER_SIZE))),
        )
        expect(answer.reject).toMatchObject({ rule: 'time-too-old', at: 2 })
        expect(answer.accepted).toBe(2)
        await stage.accept(first, second)
      },
    },
    {
      name: 'of two as long as each other the block decides that came first, not the header',
      play: async stage => {
        const first = stage.block()
        const second = stage.block()
        stage.acceptHeaders(first, second)
        await stage.accept(second)
        await stage.store(first)
        expect(stage.chain.bestHeader.hash).toBe(first.hash)
      },
    },
    {
      name: 'a block that waited is younger than one that came complete',
      play: async stage => {
        const fork = stage.tip
        const waiting = stage.branch(2, fork)
        const whole = stage.branch(2, fork)
        stage.acceptHeaders(...waiting)
        await stage.store(waiting[1]!)
        await stage.accept(...whole)
        await stage.store(waiting[0]!)
        stage.tipIs(whole[1]!)
        await stage.accept(stage.block({ on: waiting[1]! }))
      },
    },
    {
      name: 'a block again and again is one block',
      play: async stage => {
        const block = stage.block({ transactions: [pay(stage.coin())] })
        await stage.accept(block)
        await stage.knows(block, block)
        await stage.mine()
        await stage.knows(block)
        const side = stage.block({ on: block })
        await stage.store(side)
        await stage.knows(side, block)
      },
    },
    {
      name: 'two branches block by block in turn',
      play: async stage => {
        const [left, right] = [stage.branch(6), stage.branch(6)]
        for (let i = 0; i < 6; i++) {
          // Always one ahead: the tip changes sides each time.
          const [ahead, behind] = i % 2 ? [right, left] : [left, right]
          if (i === 0) {
            await stage.accept(ahead[0]!)
          } else {
            await stage.store(ahead[i - 1]!)
            await stage.accept(ahead[i]!)
          }
          expect(stage.chain.entry(behind[i]!.hash)).toBeUndefined()
        }
      },
    },
    {
      name: 'a tree of blocks in any order, headers first, leads to its longest branch',
      play: async stage => {
        const random = seededRandom(11)
        const trunk = stage.branch(6)
        const twigs = [0, 2, 4].map(at => stage.branch(3, trunk[at]))
        const best = stage.branch(7, trunk[3])
        const all = [...trunk, ...twigs.flat(), ...best]
        stage.acceptHeaders(...all)
        const shuffled = all
          .map(block => ({ block, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ block }) => block)
        await Promise.all(shuffled.map(({ raw }) => stage.chain.submitBlock(raw)))
        stage.tipIs(best[6]!)
        expect(stage.chain.missingBlocks(10)).toEqual([])
      },
    },
  ],
}
