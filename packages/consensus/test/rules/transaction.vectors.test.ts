import { beforeAll, expect, test } from '@jest/globals'
import {
  type Curve,
  decodeTransaction,
  fromHex,
  type OutpointKey,
  outpointKey,
  type Transaction,
  type TxOut,
  toHex,
} from '@raistone/primitives'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { createSpendContext, type ScriptFlags, verifyInput } from '@raistone/script'
import {
  allFlags,
  assemble,
  consistentSubsets,
  parseFlags,
  readCaseRows,
  readVectors,
  rememberingCurve,
  seededRandom,
  singleFlags,
  withNeeded,
  withoutOrphans,
} from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { checkTransactionAlone } from '../../src/rules/transaction/alone.js'

type Prevout = readonly [txid: string, vout: number, script: string, amount?: number]
type Row = readonly [prevouts: readonly Prevout[], hex: string, flags: string]

interface Case {
  readonly tx: Transaction
  readonly spent: readonly TxOut[]
  readonly flags: string
  readonly row: string
}

/** Bitcoin's: these are its transactions. */
const params = { money: { maxMoney: 2_100_000_000_000_000n } } as Parameters<typeof checkTransactionAlone>[1]

let curve: Curve
beforeAll(async () => {
  curve = rememberingCurve(await loadWasmCurve())
})

function readCase(row: Row): Case {
  const [prevouts, hex, flags] = row
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

const passesAlone = ({ tx }: Case): boolean => checkTransactionAlone(tx, params) === undefined

const scriptsPass = ({ tx, spent }: Pick<Case, 'tx' | 'spent'>, flags: ScriptFlags): boolean => {
  const context = createSpendContext(tx, spent)
  return tx.inputs.every((_, i) => verifyInput(context, i, flags, curve) === undefined)
}

const random = seededRandom(3)
/** Sets of any flags: Core too tries some beside those that differ in one. */
const someSets = (): ScriptFlags[] => Array.from({ length: 16 }, () => allFlags & Math.floor(random() * 2 ** 31))

const rowsOf = (cases: readonly Case[]): readonly string[] => cases.map(({ row }) => row)

vectorSuite('script/tx_valid.json', count => {
  const cases = readCaseRows<Row>('script/tx_valid.json').map(readCase)

  test('every transaction is sound, and its inputs verify under all flags but those named, and under fewer', () => {
    const wrong = cases.filter(item => {
      count.ran()
      const most = withoutOrphans(allFlags & ~parseFlags(item.flags))
      const without = [...singleFlags(most).map(flag => ~flag), ...someSets(), 0]
      const fewer = [most, ...without.map(kept => withoutOrphans(most & kept))]
      return !passesAlone(item) || !fewer.every(flags => scriptsPass(item, flags))
    })
    expect(rowsOf(wrong)).toEqual([])
  })

  test('every flag named is one that would make it fail', () => {
    const wrong = cases.filter(item => {
      const left = parseFlags(item.flags)
      return singleFlags(left).some(flag => scriptsPass(item, withNeeded(withoutOrphans(allFlags & ~left) | flag)))
    })
    expect(rowsOf(wrong)).toEqual([])
  })
})

vectorSuite('script/tx_invalid.json', count => {
  const cases = readCaseRows<Row>('script/tx_invalid.json').map(readCase)
  const isUnsound = ({ flags }: Case): boolean => flags.split(',').includes('BADTX')
  const unsound = cases.filter(isUnsound)
  const withBadScripts = cases.filter(item => !isUnsound(item))

  test('transactions that are bad in themselves, and no others, are refused without their scripts', () => {
    count.ran(unsound.length)
    expect(rowsOf(cases.filter(item => !passesAlone(item)))).toEqual(rowsOf(unsound))
  })

  test('of the others some input fails under the flags named, and under more', () => {
    const wrong = withBadScripts.filter(item => {
      count.ran()
      const named = withNeeded(parseFlags(item.flags))
      const more = [...singleFlags(allFlags), ...someSets()].map(flags => withNeeded(named | flags))
      return [named, ...more].some(flags => scriptsPass(item, flags))
    })
    expect(rowsOf(wrong)).toEqual([])
  })

  test('without any one of the flags named they pass', () => {
    const wrong = withBadScripts.filter(item => {
      const flags = parseFlags(item.flags)
      return singleFlags(flags).some(flag => !scriptsPass(item, withoutOrphans(flags & ~flag)))
    })
    expect(rowsOf(wrong)).toEqual([])
  })
})

interface RealTransaction {
  readonly txid: string
  readonly wtxid?: string
  readonly tx: string
  readonly flags?: string
  /** Absent where the transaction is only to be decoded. */
  readonly spent?: readonly (readonly [value: number, script: string])[]
}

vectorSuite('script/real_txs.json', count => {
  const rows = readVectors<readonly RealTransaction[]>('script/real_txs.json')

  test('every transaction is read, sound and written the same', () => {
    for (const { txid, wtxid, tx: hex } of rows) {
      count.ran()
      const tx = decodeTransaction(fromHex(hex))
      expect([tx.txid, wtxid && tx.wtxid, toHex(tx.raw) === hex]).toEqual([txid, wtxid, true])
      expect(checkTransactionAlone(tx, params)).toBeUndefined()
    }
  })

  test('those with spent outputs verify under the rules of their time and every smaller set', () => {
    const wrong = rows.filter(({ tx: hex, flags = '', spent: outputs }) => {
      const tx = decodeTransaction(fromHex(hex))
      const spent = outputs?.map(([value, script]) => ({ value: BigInt(value), script: fromHex(script) }))
      return spent && !consistentSubsets(parseFlags(flags)).every(set => scriptsPass({ tx, spent }, set))
    })
    expect(wrong.map(({ txid }) => txid)).toEqual([])
  })
})
