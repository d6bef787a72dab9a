import { afterEach, describe, expect, test } from '@jest/globals'
import { type Transaction, virtualSize } from '@raistone/primitives'
import { opcode, pushData } from '@raistone/script'
import { type OwnedCoin, spend } from '@raistone/testkit'
import { outputOf, pay, Scene, toKey, total } from './support/scene.js'

let scene: Scene
afterEach(() => scene.close())

const ruleOf = async (tx: Transaction): Promise<string | undefined> => (await scene.accept(tx)).reject?.rule

/** A chain of transactions, each spending the one before. */
async function chainFrom(coin: OwnedCoin, length: number): Promise<Transaction[]> {
  const chain: Transaction[] = []
  for (let at = coin; chain.length < length; at = outputOf(chain.at(-1)!)) chain.push(await scene.take(pay([at])))
  return chain
}

/** Pays the key, and has this many more bytes of data. */
const bulky = (coin: OwnedCoin, bytes: number, fee = 20_000n): Transaction => {
  const data = Uint8Array.of(opcode.OP_RETURN, ...pushData(new Uint8Array(bytes)))
  return spend([coin], [toKey(total([coin]) - fee), { value: 0n, script: data }])
}

describe('what is in the pool already', () => {
  test('is refused, also with another witness', async () => {
    scene = await Scene.open()
    const coin = await scene.minted(1)
    const tx = await scene.take(pay([coin]))
    const twin = pay([coin], 1000n, 1, { hashType: 0x81 })
    expect(twin.txid).toBe(tx.txid)
    expect(await ruleOf(tx)).toBe('txn-already-in-mempool')
    expect(await ruleOf(twin)).toBe('txn-same-nonwitness-data-in-mempool')
    expect(scene.txids).toEqual([tx.txid])
  })

  test('is not paid twice: a double spend is refused whatever it pays, and leaves no trace', async () => {
    scene = await Scene.open()
    const [coin, other] = [await scene.minted(1), await scene.minted(2)]
    const tx = await scene.take(pay([coin]))
    const rival = pay([other, coin], 1_000_000n)
    expect(await ruleOf(rival)).toBe('txn-mempool-conflict')
    expect(scene.pool.spender(`${coin.outpoint.txid}:0` as never)).toBe(tx.txid)
    expect(scene.pool.spender(`${other.outpoint.txid}:0` as never)).toBeUndefined()
    expect(await ruleOf(pay([other]))).toBeUndefined()
  })

  test('two rivals at the same time: one comes in', async () => {
    scene = await Scene.open()
    const coin = await scene.minted(1)
    const rules = await Promise.all([1000n, 2000n, 3000n].map(fee => ruleOf(pay([coin], fee))))
    expect(rules).toEqual([undefined, 'txn-mempool-conflict', 'txn-mempool-conflict'])
    expect(scene.pool.size).toBe(1)
  })

  test('or in a block: txn-already-known while an output of it is unspent', async () => {
    scene = await Scene.open()
    const tx = pay([await scene.minted(1)])
    await scene.mine({ transactions: [tx] })
    expect(await ruleOf(tx)).toBe('txn-already-known')
    await scene.mine({ transactions: [pay([outputOf(tx)])] })
    expect(await ruleOf(tx)).toBe('bad-txns-inputs-missingorspent')
  })
})

describe('too-long-mempool-chain', () => {
  test('25 transactions in a row, not 26', async () => {
    scene = await Scene.open()
    const chain = await chainFrom(await scene.minted(1), 25)
    expect(scene.pool.get(chain[24]!.txid)?.ancestors.count).toBe(25)
    expect(scene.pool.get(chain[0]!.txid)?.descendants.count).toBe(25)
    expect(await ruleOf(pay([outputOf(chain[24]!)]))).toBe('too-long-mempool-chain')
    await scene.mine({ transactions: [chain[0]!] })
    expect(await ruleOf(pay([outputOf(chain[24]!)]))).toBeUndefined()
  })

  test('25 descendants, the transaction itself among them', async () => {
    scene = await Scene.open()
    const parent = await scene.take(pay([await scene.minted(1)], 10_000n, 30))
    for (let vout = 0; vout < 24; vout++) await scene.take(pay([outputOf(parent, vout)]))
    expect(await ruleOf(pay([outputOf(parent, 24)]))).toBe('too-long-mempool-chain')
    expect(await ruleOf(pay([await scene.minted(2)]))).toBeUndefined()
  })

  test('24 parents, not 25, however short their own families are', async () => {
    scene = await Scene.open()
    const fan = pay([await scene.minted(1)], 10_000n, 25)
    await scene.mine({ transactions: [fan] })
    const parents: Transaction[] = []
    for (let vout = 0; vout < 25; vout++) parents.push(await scene.take(pay([outputOf(fan, vout)])))
    const coins = parents.map(parent => outputOf(parent))
    expect(await ruleOf(pay(coins, 10_000n))).toBe('too-long-mempool-chain')
    expect(await ruleOf(pay(coins.slice(1), 10_000n))).toBeUndefined()
  })

  test('101,000 virtual bytes together with all ancestors, not one more', async () => {
    scene = await Scene.open()
    const parent = await scene.take(bulky(await scene.minted(1), 60_000))
    // The signature's length varies, so the size is found by trying.
    const room = 101_000 - virtualSize(parent)
    const fit = (vsize: number): Transaction => {
      for (let fee = 20_000n; ; fee++) {
        const tx = bulky(outputOf(parent), 1000, fee)
        const sized = bulky(outputOf(parent), 1000 + vsize - virtualSize(tx), fee)
        if (virtualSize(sized) === vsize) return sized
      }
    }
    expect(await ruleOf(fit(room + 1))).toBe('too-long-mempool-chain')
    expect(await ruleOf(fit(room))).toBeUndefined()
  })
})

describe('TRUC-violation (BIP-0431)', () => {
  const v3 = { version: 3 }

  test('versions do not mix in a family', async () => {
    scene = await Scene.open()
    const old = await scene.take(pay([await scene.minted(1)]))
    const young = await scene.take(pay([await scene.minted(2)], 1000n, 1, v3))
    expect(await ruleOf(pay([outputOf(old)], 1000n, 1, v3))).toBe('TRUC-violation')
    expect(await ruleOf(pay([outputOf(young)]))).toBe('TRUC-violation')
    expect(await ruleOf(pay([outputOf(young)], 1000n, 1, v3))).toBeUndefined()
  })

  test('a parent has one child, a child one parent', async () => {
    scene = await Scene.open()
    const parent = await scene.take(pay([await scene.minted(1)], 1000n, 2, v3))
    const child = await scene.take(pay([outputOf(parent)], 1000n, 1, v3))
    expect(await ruleOf(pay([outputOf(parent, 1)], 1000n, 1, v3))).toBe('TRUC-violation')
    expect(await ruleOf(pay([outputOf(child)], 1000n, 1, v3))).toBe('TRUC-violation')
  })
})
