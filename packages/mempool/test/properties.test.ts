import { expect, test } from '@jest/globals'
import { type Block, outpointKey, type Transaction } from '@raistone/primitives'
import { type OwnedCoin, ownedCoin } from '@raistone/testkit'
import fc from 'fast-check'
import { key, pay, Scene } from './support/scene.js'

const step = fc.record({
  does: fc.constantFrom('pay', 'pay', 'pay', 'pay', 'mine', 'contradict', 'reorganise'),
  coins: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
  ways: fc.integer({ min: 1, max: 3 }),
  some: fc.nat({ max: 3 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Parents before children. */
const inOrder = (scene: Scene): readonly Transaction[] =>
  [...scene.pool.entries()].sort((a, b) => a.ancestors.count - b.ancestors.count).map(({ tx }) => tx)

const feesOf = (scene: Scene, txs: readonly Transaction[]): bigint =>
  txs.reduce((sum, { txid }) => sum + (scene.pool.get(txid)?.fee ?? 0n), 0n)

/** Plays the steps. `coins` are all that ever were, spent or not, of this branch or of others. */
class Play {
  private readonly coins: OwnedCoin[] = []

  constructor(private readonly scene: Scene) {}

  know(...txs: Transaction[]): void {
    for (const tx of txs)
      tx.outputs.forEach((output, vout) => {
        if (output.script.length === key.scripts.p2wpkh.length) this.coins.push(ownedCoin(tx, vout, key))
      })
  }

  private choose(picks: readonly number[]): OwnedCoin[] {
    const chosen = picks.map(pick => this.coins[pick % this.coins.length] as OwnedCoin)
    return [...new Map(chosen.map(coin => [outpointKey(coin.outpoint), coin])).values()]
  }

  private build(picks: readonly number[], ways: number): Transaction {
    const tx = pay(this.choose(picks), 2000n, ways)
    this.know(tx)
    return tx
  }

  async step({ does, coins, ways, some }: Step): Promise<void> {
    const { scene } = this
    if (does === 'pay') {
      const tx = this.build(coins, ways)
      const { reject } = await scene.accept(tx)
      expect(scene.pool.has(tx.txid)).toBe(!reject || reject.rule.includes('in-mempool'))
    } else if (does === 'mine') {
      const transactions = inOrder(scene).slice(0, some)
      this.know(...(await scene.mine({ transactions })).transactions)
    } else if (does === 'contradict') {
      const tx = this.build(coins, ways)
      const block = scene.builder().build({ transactions: [tx] })
      if (!(await scene.chain.submitBlock(block.raw)).reject) this.know(...block.transactions)
      await scene.pool.settled()
    } else {
      await scene.reorganise(Math.min(some, scene.chain.tip.height - 6))
    }
  }
}

/** All that waits, as one block: the rules have no word against it. */
function wholePool(scene: Scene): Block {
  const transactions = inOrder(scene)
  return scene.builder().build({ transactions, fees: feesOf(scene, transactions), work: false })
}

test('whatever comes, the pool never holds two spenders of one output, and all of it is a valid block', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async steps => {
      const scene = await Scene.open({ blocks: 6 })
      const play = new Play(scene)
      for (let height = 1; height <= 6; height++) {
        const block = await scene.chain.block(scene.chain.entryAt(height)!.hash)
        play.know(...block!.transactions)
      }
      for (const each of steps) {
        await play.step(each)
        const spent = [...scene.pool.entries()].flatMap(({ tx }) =>
          tx.inputs.map(({ prevout }) => outpointKey(prevout)),
        )
        expect(new Set(spent).size).toBe(spent.length)
        expect(await scene.chain.checkTemplate(wholePool(scene))).toBeUndefined()
      }
      await scene.close()
    }),
    { numRuns: 15 },
  )
}, 60_000)
