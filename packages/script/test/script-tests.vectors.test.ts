import { expect, test } from '@jest/globals'
import { concatBytes, fromHex, nobleCurve, toHex } from '@raistone/primitives'
import { assemble, parseFlags, readCaseRows } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { tapLeafHash, tapTweakHash } from '../src/interpreter/taproot.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { creditAndSpend } from './support/spending.js'
import { tweakKey } from './support/tap-key.js'

const generatorX = fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')
const SCRIPT_MARK = '#SCRIPT#'

/** Fills in the marks of the rows that spend through a tree with one leaf. */
function fillTaproot(items: readonly string[], scriptPubKey: string): { witness: Uint8Array[]; scriptPubKey: string } {
  const leaf = items.find(item => item.startsWith(SCRIPT_MARK))
  if (leaf === undefined) return { witness: items.map(fromHex), scriptPubKey }
  const script = assemble(leaf.slice(SCRIPT_MARK.length))
  const { key, parity } = tweakKey(generatorX, tapTweakHash(generatorX, tapLeafHash(0xc0, script)))
  const witness = items.map(item => {
    if (item === leaf) return script
    return item === '#CONTROLBLOCK#' ? concatBytes(Uint8Array.of(0xc0 | parity), generatorX) : fromHex(item)
  })
  return { witness, scriptPubKey: scriptPubKey.replace('#TAPROOTOUTPUT#', `0x${toHex(key)}`) }
}

function runCase(row: readonly unknown[]): { wanted: string; got: string } {
  const witnessed = Array.isArray(row[0])
  const [amount, items] = witnessed
    ? [BigInt(Math.round(Number((row[0] as unknown[]).at(-1)) * 1e8)), (row[0] as string[]).slice(0, -1)]
    : [0n, []]
  const [scriptSig, scriptPubKey, flags, wanted] = (witnessed ? row.slice(1) : row) as [string, string, string, string]
  const filled = fillTaproot(items, scriptPubKey)
  const spend = creditAndSpend(assemble(filled.scriptPubKey), assemble(scriptSig), filled.witness, amount)
  return { wanted, got: verifyInput(spend, 0, parseFlags(flags), nobleCurve) ?? 'OK' }
}

vectorSuite('script/script_tests.json', count => {
  test('every row ends with the error it names', () => {
    const wrong = readCaseRows('script/script_tests.json')
      .map(row => {
        count.ran()
        return { row, ...runCase(row) }
      })
      .filter(({ wanted, got }) => wanted !== got)
    expect(wrong).toEqual([])
  })
})
