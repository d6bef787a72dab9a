import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTransaction, type Transaction } from '@raistone/primitives'
import { pay, Scene } from './support/scene.js'

let scene: Scene
beforeAll(async () => {
  scene = await Scene.open()
})
afterAll(() => scene.close())

/** Its witness is not the one that was signed. */
function spoilt(tx: Transaction): Transaction {
  const [input, ...others] = tx.inputs
  const witness = input!.witness.map((item, i) =>
    i === 0 ? item.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) : item,
  )
  return createTransaction({ ...tx, inputs: [{ ...input!, witness }, ...others] })
}

test('a block with what the pool has accepted needs no script check, and one with anything else does', async () => {
  const known = await scene.take(pay([await scene.minted(1)]))
  const fresh = pay([await scene.minted(2)])
  expect((await scene.accept(spoilt(fresh))).reject?.rule).toMatch(/script-verify/)
  const before = scene.chain.signaturesChecked
  await scene.mine({ transactions: [known] })
  expect(scene.chain.signaturesChecked).toBe(before)
  await scene.mine({ transactions: [fresh] })
  expect(scene.chain.signaturesChecked).toBe(before + 1)
})
