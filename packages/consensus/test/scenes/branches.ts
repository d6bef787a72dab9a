import { expect } from '@jest/globals'
import { type Block, outpointKey, type Transaction } from '@raistone/primitives'
import { output } from '../support/bodies.js'
import { listen } from '../support/live-chain.js'
import { keyCoin, openOutput, outpointOf, pay, take } from './stage/payments.js'
import type { Theme } from './stage/scene.js'

/** Blocks of the longest way there and back. */
const DEEP = 100

export const branches: Theme = {
  name: 'branches',
  scenes: [
    {
      name: 'of two as long as each other the first seen stays, and a longer one takes over',
      like: 'b1 b2 b3 b4',
      play: async stage => {
        const fork = stage.tip
        const [first, second] = stage.branch(2)
        await stage.accept(first!, second!)
        const rival = stage.block({ on: first! })
        await stage.store(rival)
        stage.tipIs(second!)
        await stage.accept(stage.block({ on: rival }))
        expect(stage.chain.isActive(stage.chain.entry(second!.hash)!)).toBe(false)
        expect(stage.chain.entryAt(stage.height - 4)?.hash).toBe(fork.hash)
      },
    },
    {
      name: 'and back to the first, when that is longer again',
      like: 'b5 b6',
      play: async stage => {
        const first = stage.branch(2)
        const second = stage.branch(3)
        await stage.accept(...first)
        await stage.store(second[0]!, second[1]!)
        await stage.accept(second[2]!)
        const more = stage.branch(2, first[1])
        await stage.store(more[0]!)
        await stage.accept(more[1]!)
        await stage.knows(...first, ...second)
      },
    },
    {
      name: 'three as long as each other, the one that grows first wins',
      play: async stage => {
        const tips = [1, 2, 3].map(() => stage.branch(2))
        await stage.accept(...tips[0]!)
        await stage.store(...tips[1]!, ...tips[2]!)
        await stage.accept(stage.block({ on: tips[2]![1]! }))
        await stage.store(stage.block({ on: tips[0]![1]! }), stage.block({ on: tips[1]![1]! }))
      },
    },
    {
      name: 'a branch off a branch',
      play: async stage => {
        const trunk = stage.branch(3)
        const side = stage.branch(2)
        const sideOfSide = stage.branch(3, side[0])
        await stage.accept(...trunk)
        await stage.store(...side, sideOfSide[0]!, sideOfSide[1]!)
        await stage.accept(sideOfSide[2]!)
        const home = stage.branch(3, trunk[1])
        await stage.store(home[0]!, home[1]!)
        await stage.accept(home[2]!)
      },
    },
    {
      name: 'a long way there and back, several times',
      like: 'the large reorganisation',
      play: async stage => {
        const fork = stage.tip
        const sides = [stage.branch(DEEP), stage.branch(DEEP)] as [Block[], Block[]]
        await stage.accept(...sides[0])
        await stage.store(...sides[1])
        for (let round = 0; round < 4; round++) {
          const side = sides[(round + 1) % 2]!
          const [one] = stage.branch(1, side.at(-1)) as [Block]
          if (round > 0) {
            await stage.store(one)
            side.push(one)
          }
          const next = stage.block({ on: side.at(-1)! })
          await stage.accept(next)
          side.push(next)
        }
        expect(stage.chain.entryAt(stage.height - 1 - sides[0].length)?.hash).toBe(fork.hash)
      },
    },
    {
      name: 'is told as disconnects, then connects, then the tip',
      play: async stage => {
        const old = stage.branch(3)
        const better = stage.branch(4)
        await stage.accept(...old)
        await stage.store(...better.slice(0, 3))
        const told = listen(stage.chain)
        await stage.accept(better[3]!)
        expect(told).toEqual([
          ...old.map(({ hash }) => `-${hash}`).reverse(),
          ...better.map(({ hash }) => `+${hash}`),
          `tip ${better[3]!.hash}`,
        ])
      },
    },
    {
      name: 'down to the genesis block',
      from: 'genesis',
      play: async stage => {
        const old = stage.branch(5)
        await stage.accept(...old)
        const better = stage.branch(6, stage.params.genesis)
        await stage.store(...better.slice(0, 5))
        await stage.accept(better[5]!)
        expect(await stage.hasCoin(outpointOf(old[0]!.transactions[0]!))).toBe(false)
      },
    },
    {
      name: 'a coin made on one is unknown on the other',
      like: 'b17',
      play: async stage => {
        const fork = stage.tip
        const made = pay(stage.coin())
        await stage.mine({ transactions: [made] })
        const other = stage.branch(2, fork)
        await stage.store(other[0]!)
        await stage.accept(other[1]!)
        await stage.refuse(stage.block({ transactions: [pay(keyCoin(made))] }), 'bad-txns-inputs-missingorspent')
        await stage.mine({ transactions: [made, pay(keyCoin(made))] })
      },
    },
    {
      name: 'a coin spent on one is unspent on the other, and spent again after the way back',
      like: 'b77 b78 b79 b80 b81 b82',
      play: async stage => {
        const made = pay(stage.coin())
        const child = pay(keyCoin(made))
        const grandchild = pay(keyCoin(child))
        const fork = stage.tip
        const first = [stage.block({ transactions: [made] })]
        first.push(stage.block({ on: first[0]!, transactions: [child] }))
        first.push(stage.block({ on: first[1]!, transactions: [grandchild] }))
        await stage.accept(...first)
        const isThere = (): Promise<boolean[]> =>
          Promise.all([made, child, grandchild].map(tx => stage.hasCoin(outpointOf(tx))))
        expect(await isThere()).toEqual([false, false, true])

        const second = stage.branch(4, fork)
        await stage.store(...second.slice(0, 3))
        await stage.accept(second[3]!)
        expect(await isThere()).toEqual([false, false, false])
        await stage.mine({ transactions: [made] })
        expect(await isThere()).toEqual([true, false, false])

        const back = stage.branch(3, first[2])
        await stage.store(...back.slice(0, 2))
        await stage.accept(back[2]!)
        expect(await isThere()).toEqual([false, false, true])
      },
    },
    {
      name: 'what only the other one spent is as it was before, its age and its kind included',
      play: async stage => {
        const fork = stage.tip
        const coins = [stage.coin('p2pkh'), stage.coin(), stage.coinbaseCoin(stage.height - 4)]
        const keys = coins.map(({ outpoint }) => outpointKey(outpoint))
        const view = async () => {
          const found = await stage.chain.coins(keys)
          return keys.map(key => found.get(key))
        }
        const before = await view()
        await stage.mine({ transactions: coins.map(coin => pay(coin)) })
        expect(await view()).toEqual(keys.map(() => undefined))
        const other = stage.branch(2, fork)
        await stage.store(other[0]!)
        await stage.accept(other[1]!)
        expect(await view()).toEqual(before)
      },
    },
    {
      name: 'the same transaction in both, at other heights and in other company',
      play: async stage => {
        const fork = stage.tip
        const made = take(stage.openCoin(), [output(5n), output(6n)])
        const child = take(openOutput(made))
        await stage.mine({ transactions: [made, child] })
        await stage.mine()
        const [one] = stage.branch(1, fork) as [Block]
        const two = stage.block({ on: one, transactions: [made] })
        await stage.store(one, two)
        await stage.accept(stage.block({ on: two, transactions: [child, take(openOutput(made, 1))] }))
        expect(await stage.hasCoin(outpointOf(made, 1))).toBe(false)
      },
    },
    {
      name: 'each spends the same coin in its own way',
      play: async stage => {
        const fork = stage.tip
        const coin = stage.coin('p2tr')
        const [one, other] = [pay(coin), pay(coin, [output(1n)])]
        await stage.mine({ transactions: [one] })
        const first = stage.block({ on: fork, transactions: [other] })
        await stage.store(first)
        await stage.accept(stage.block({ on: first }))
        expect([await stage.hasCoin(outpointOf(one)), await stage.hasCoin(outpointOf(other))]).toEqual([false, true])
      },
    },
    {
      name: 'outputs that nobody can spend come and go without a trace',
      like: 'b84 b85 b86 b87 b88 b89a',
      play: async stage => {
        const dead = (value: bigint) => output(value, Uint8Array.of(0x6a, 1, 2))
        const burning = take(stage.openCoin(), [dead(0n), dead(7n), output(9n)])
        const fork = stage.tip
        await stage.mine({ transactions: [burning], coinbaseOutputs: [dead(1n), output(2n)] })
        const other = stage.branch(2, fork)
        await stage.store(other[0]!)
        await stage.accept(other[1]!)
        const [onTop] = stage.branch(1) as [Block]
        await stage.accept(onTop)
        const again = stage.block({ transactions: [burning, take(openOutput(burning, 2))] })
        await stage.accept(again)
        await stage.refuse(
          stage.block({ transactions: [take(openOutput(burning, 1))] }),
          'bad-txns-inputs-missingorspent',
        )
      },
    },
    {
      name: 'coins made and spent within a block leave nothing when it is taken back',
      play: async stage => {
        const fork = stage.tip
        const chain: Transaction[] = [take(stage.openCoin())]
        for (let i = 0; i < 10; i++) chain.push(take(openOutput(chain[i]!)))
        await stage.mine({ transactions: chain })
        const other = stage.branch(2, fork)
        await stage.store(other[0]!)
        await stage.accept(other[1]!)
        expect(await Promise.all(chain.map(tx => stage.hasCoin(outpointOf(tx))))).toEqual(chain.map(() => false))
        await stage.mine({ transactions: chain })
      },
    },
  ],
}
