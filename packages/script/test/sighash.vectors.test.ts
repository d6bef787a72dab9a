import { expect, test } from '@jest/globals'
import { decodeTransaction, emptyBytes, fromHex, toDisplayHex } from '@raistone/primitives'
import { readCaseRows } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { signatureHashLegacy } from '../src/sighash/legacy.js'
import { createSpendContext } from '../src/sighash/spend-context.js'

type Row = readonly [tx: string, script: string, index: number, hashType: number, hash: string]

vectorSuite('script/sighash.json', count => {
  test('legacy signature hashes', () => {
    const wrong = readCaseRows<Row>('script/sighash.json').filter(([hex, script, index, hashType, wanted]) => {
      count.ran()
      const tx = decodeTransaction(fromHex(hex))
      const spend = createSpendContext(
        tx,
        tx.inputs.map(() => ({ value: 0n, script: emptyBytes })),
      )
      return toDisplayHex(signatureHashLegacy(spend, index, fromHex(script), hashType)) !== wanted
    })
    expect(wrong).toEqual([])
  })
})
