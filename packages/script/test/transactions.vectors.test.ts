import { expect, test } from '@jest/globals'
import {
  decodeTransaction,
  fromHex,
  isCoinbase,
  type OutpointKey,
  outpointKey,
  type Transaction,
  type TxOut,
} from '@raistone/primitives'
import type { ScriptFlags } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { createSpendContext } from '../src/sighash/spend-context.js'
import { assemble } from './support/assembly.js'
import { rememberingCurve } from './support/curve.js'
import { allFlags, consistentSubsets, parseFlags, singleFlags, withNeeded, withoutOrphans } from './support/flags.js'
import { casesOf, readVectors, vectorSuite } from './support/vectors.js'

type Prevout = readonly [txid: string, vout: number, script: string, amount?: number]

interface Case {
  readonly tx: Transaction
  readonly spent: readonly TxOut[]
  readonly flags: string
  readonly row: string
}

const curve = rememberingCurve()

function readCase(row: readonly unknown[]): Case {
  const [prevouts, hex, flags] = row as [readonly Prevout[], string, string]
  const tx = decodeTransaction(fromHex(hex))
  const outputs = new Map<OutpointKey, TxOut>(
    prevouts.map(([txid, vout, script, amount]) => [
      `${txid}:${vout >>> 0}` as OutpointKey,
      { value: BigInt(amount ?? 0), script: assemble(script) },
    ]),
  )
  const spent = tx.inputs.flatMap(({ prevout }) => outputs.get(outpointKey(prevout)) ?? [])
  return { tx, spent, flags, row: JSON.stringify(row).slice(0, 300) }
}

const passes = ({ tx, spent }: Case, flags: ScriptFlags): boolean => {
  const context = createSpendContext(tx, spent)
  return tx.inputs.every((_, i) => verifyInput(context, i, flags, curve) === undefined)
}

/** Rows marked BADTX break rules about transactions as such, which scripts never see. */
const aboutScripts = ({ flags }: Case): boolean => !flags.split(',').includes('BADTX')

const readCases = (file: string): Case[] => casesOf(readVectors<unknown[][]>(file)).map(readCase)

vectorSuite('tx_valid', () => {
  const cases = readCases('script/tx_valid.json')

  test('every input verifies under all flags but those named, and under fewer', () => {
    const wrong = cases.filter(item => {
      const most = withoutOrphans(allFlags & ~parseFlags(item.flags))
      const fewer = [most, ...singleFlags(most).map(flag => withoutOrphans(most & ~flag)), 0]
      return !fewer.every(flags => passes(item, flags))
    })
    expect(wrong.map(({ row }) => row)).toEqual([])
    expect(cases.length).toBeGreaterThan(80)
  })

  test('every flag named is one that would make it fail', () => {
    const wrong = cases.filter(item => {
      const left = parseFlags(item.flags)
      return singleFlags(left).some(flag => passes(item, withNeeded(withoutOrphans(allFlags & ~left) | flag)))
    })
    expect(wrong.map(({ row }) => row)).toEqual([])
  })
})

vectorSuite('tx_invalid', () => {
  const all = readCases('script/tx_invalid.json')
  const cases = all.filter(aboutScripts)

  test('some input fails under the flags named', () => {
    const wrong = cases.filter(item => passes(item, withNeeded(parseFlags(item.flags))))
    expect(wrong.map(({ row }) => row)).toEqual([])
    expect(cases.length).toBeGreaterThan(50)
  })

  test('without any one of the flags named it passes', () => {
    const wrong = cases.filter(item => {
      const flags = parseFlags(item.flags)
      return singleFlags(flags).some(flag => !passes(item, withoutOrphans(flags & ~flag)))
    })
    expect(wrong.map(({ row }) => row)).toEqual([])
  })

  test('rows left to the rules about transactions are few', () => {
    const skipped = all.filter(item => !aboutScripts(item))
    console.info(`tx_invalid: ${skipped.length} of ${all.length} rows break no script rule and are not run here`)
    expect(skipped.length).toBeLessThan(all.length / 4)
    expect(skipped.some(({ tx }) => isCoinbase(tx))).toBe(true)
  })
})

interface RealTransaction {
  readonly txid: string
  readonly tx: string
  readonly flags?: string
  /** Absent where the vector is only to be decoded. */
  readonly spent?: readonly (readonly [value: number, script: string])[]
}

vectorSuite('real transactions', () => {
  test('verify under the rules of their time and every smaller set', () => {
    const rows = readVectors<RealTransaction[]>('script/real_txs.json')
    const wrong = rows.filter(({ txid, tx: hex, flags = '', spent: outputs }) => {
      const tx = decodeTransaction(fromHex(hex))
      expect(tx.txid).toBe(txid)
      const spent = outputs?.map(([value, script]) => ({ value: BigInt(value), script: fromHex(script) }))
      return spent && !consistentSubsets(parseFlags(flags)).every(set => passes({ tx, spent, flags, row: txid }, set))
    })
    expect(wrong.map(({ txid }) => txid)).toEqual([])
    expect(rows.filter(({ spent }) => spent)).toHaveLength(7)
  })
})
