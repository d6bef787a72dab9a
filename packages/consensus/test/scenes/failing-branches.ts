import { expect } from '@jest/globals'
import type { Block } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { output } from '../support/bodies.js'
import { listen } from '../support/live-chain.js'
import { keyCoin, pay } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'
import { bring, paidTo, scriptFails } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'
import { words } from './stage/words.js'

const MISSING = 'bad-txns-inputs-missingorspent'

/** A block that only connecting finds out: its coinbase takes too much. */
const greedy = (stage: Stage, on: Block): Block => stage.block({ on, fees: 1n })

/** A block in which a script fails. */
function failing(stage: Stage, on: Block): Block {
  const { tx, coin } = paidTo(stage.openCoin(), words(opcode.OP_VERIFY, opcode.OP_1))
  return stage.block({ on, transactions: [tx, bring(coin, { scriptSig: words(opcode.OP_0) })] })
}

/**
 * A branch of five over a tip of four, of which the block at this place is invalid: the chain tries it, takes back what
 * it did and stays where it was.
 */
const invalidAt = (place: number, spoil: typeof greedy, rule: string): Scene['play'] => {
  return async stage => {
    const fork = stage.tip
    await stage.accept(...stage.branch(4))
    const { tip } = stage
    const branch: Block[] = []
    for (let i = 0; i < 5; i++) {
      const on = branch.at(-1) ?? fork
      branch.push(i === place ? spoil(stage, on) : stage.block({ on }))
    }
    const bad = branch[place] as Block
    await stage.store(...branch.slice(0, 4))
    const last = branch[4] as Block
    await stage.refuse(last, place === 4 ? rule : 'bad-prevblk')
    stage.failedFor(bad, rule)
    stage.tipIs(tip)
    // What was built on it is lost with it, what it was built on is not.
    for (const [i, { hash }] of branch.entries()) expect(stage.chain.entry(hash)?.invalid).toBe(i >= place)
    await stage.refuse(stage.block({ on: last }), 'bad-prevblk')
    await stage.mine()
    if (place === 0) return
    const rest = stage.branch(6 - place, branch[place - 1])
    await stage.store(...rest.slice(0, -1))
    await stage.accept(rest.at(-1)!)
  }
}

const SCRIPT = scriptFails('VERIFY')

export const failingBranches: Theme = {
  name: 'branches with an invalid block',
  scenes: [
    { name: 'the first takes too much', like: 'b12 b13 b14', play: invalidAt(0, greedy, 'bad-cb-amount') },
    { name: 'one in the middle takes too much', play: invalidAt(2, greedy, 'bad-cb-amount') },
    { name: 'the last takes too much', like: 'b10 b11', play: invalidAt(4, greedy, 'bad-cb-amount') },
    { name: 'a script of the first fails', play: invalidAt(0, failing, SCRIPT) },
    { name: 'a script of one in the middle fails', play: invalidAt(3, failing, SCRIPT) },
    { name: 'a script of the last fails', play: invalidAt(4, failing, SCRIPT) },
    {
      name: 'a longer one with a double spend is refused',
      like: 'b7 b8',
      play: async stage => {
        const fork = stage.tip
        const coin = stage.coin()
        await stage.accept(...stage.branch(2))
        const first = stage.block({ on: fork, transactions: [pay(coin)] })
        const second = stage.block({ on: first })
        const third = stage.block({ on: second, transactions: [pay(coin, [output(1n)])] })
        await stage.store(first, second)
        await stage.refuse(third, MISSING)
        await stage.accept(stage.block({ on: second }))
      },
    },
    {
      name: 'one spends what only the other has',
      like: 'b18 b19',
      play: async stage => {
        const fork = stage.tip
        const made = pay(stage.coin())
        await stage.mine({ transactions: [made] })
        await stage.mine()
        const first = stage.block({ on: fork })
        const stealing = stage.block({ on: first, transactions: [pay(keyCoin(made))] })
        await stage.store(first, stealing)
        await stage.refuse(stage.block({ on: stealing }), 'bad-prevblk')
        stage.failedFor(stealing, MISSING)
      },
    },
    {
      name: 'an invalid block that comes again is known as such',
      play: async stage => {
        const bad = greedy(stage, stage.tip)
        await stage.refuse(bad, 'bad-cb-amount')
        for (let i = 0; i < 3; i++) await stage.refuse(bad, 'duplicate-invalid')
        stage.refuseHeader(bad, 'duplicate-invalid', 'consensus')
        await stage.mine()
      },
    },
    {
      name: 'nothing can be built on an invalid block, by its header neither',
      play: async stage => {
        const bad = greedy(stage, stage.tip)
        await stage.refuse(bad, 'bad-cb-amount')
        const child = stage.block({ on: bad })
        stage.refuseHeader(child, 'bad-prevblk', 'consensus')
        await stage.refuse(child, 'bad-prevblk')
        await stage.refuse(stage.block({ on: child }), 'prev-blk-not-found', 'missing')
        await stage.mine()
      },
    },
    {
      name: 'headers on a block that turns out to be invalid are lost with it',
      play: async stage => {
        const bad = greedy(stage, stage.tip)
        const children = stage.branch(5, bad)
        stage.acceptHeaders(bad, ...children)
        expect(stage.chain.bestHeader.hash).toBe(children[4]!.hash)
        const { tip } = stage
        await stage.refuse(bad, 'bad-cb-amount')
        expect(stage.chain.bestHeader.hash).toBe(tip.hash)
        for (const child of children) await stage.refuse(child, 'duplicate-invalid')
        await stage.mine()
      },
    },
    {
      name: 'where the best one fails the second best is tried',
      play: async stage => {
        const fork = stage.tip
        await stage.accept(...stage.branch(2))
        // Both are longer than the tip, and both wait for the same first block.
        const first = stage.block({ on: fork })
        const bad = greedy(stage, first)
        const [best, second] = [stage.branch(4, bad), stage.branch(3, first)]
        stage.acceptHeaders(first, bad, ...best, ...second)
        await stage.store(...second, bad, ...best)
        await stage.link(first, second[2]!)
        stage.failedFor(bad, 'bad-cb-amount')
        await stage.mine()
      },
    },
    {
      name: 'the valid beginning of a branch is kept where that alone is longer',
      play: async stage => {
        const fork = stage.tip
        await stage.accept(...stage.branch(1))
        const valid = stage.branch(3, fork)
        const bad = greedy(stage, valid[2]!)
        const onBad = stage.branch(2, bad)
        stage.acceptHeaders(...valid, bad, ...onBad)
        await stage.store(...valid.slice(1), bad, ...onBad)
        await stage.link(valid[0]!, valid[2]!)
        stage.failedFor(bad, 'bad-cb-amount')
        for (const { hash } of onBad) expect(stage.chain.entry(hash)?.invalid).toBe(true)
        await stage.mine()
      },
    },
    {
      name: 'several invalid ones leave the tip where it is, and a valid one moves it',
      play: async stage => {
        const fork = stage.tip
        await stage.accept(...stage.branch(2))
        for (const spoil of [greedy, failing, greedy]) {
          const first = stage.block({ on: fork })
          const bad = spoil(stage, first)
          await stage.store(first, bad)
          await stage.refuse(stage.block({ on: bad }), 'bad-prevblk')
        }
        const good = stage.branch(3, fork)
        await stage.store(...good.slice(0, 2))
        await stage.accept(good[2]!)
      },
    },
    {
      name: 'what was tried and taken back is told in order',
      play: async stage => {
        const fork = stage.tip
        const old = stage.branch(2)
        await stage.accept(...old)
        const first = stage.block({ on: fork })
        const bad = greedy(stage, first)
        await stage.store(first, bad)
        const told = listen(stage.chain)
        await stage.refuse(stage.block({ on: bad }), 'bad-prevblk')
        const [plus, minus] = [(block: Block) => `+${block.hash}`, (block: Block) => `-${block.hash}`]
        expect(told).toEqual([
          ...old.map(minus).reverse(),
          plus(first),
          minus(first),
          ...old.map(plus),
          `tip ${old[1]!.hash}`,
        ])
      },
    },
    {
      name: 'invalid blocks inside a long way there and back',
      like: 'the large reorganisation, b89a',
      play: async stage => {
        const fork = stage.tip
        const left = stage.branch(30)
        const right = stage.branch(31, fork)
        await stage.accept(...left)
        await stage.store(...right.slice(0, 30))
        const bad = greedy(stage, right[29]!)
        await stage.refuse(bad, 'bad-cb-amount')
        await stage.accept(right[30]!)
        const badLeft = failing(stage, left[29]!)
        await stage.store(badLeft)
        await stage.refuse(stage.block({ on: badLeft }), 'bad-prevblk')
        stage.failedFor(badLeft, SCRIPT)
        const more = stage.branch(2, left[29])
        await stage.store(more[0]!)
        await stage.accept(more[1]!)
        await stage.refuse(greedy(stage, stage.tip), 'bad-cb-amount')
        await stage.mine()
      },
    },
  ],
}
