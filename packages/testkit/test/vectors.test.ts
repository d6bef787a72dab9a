import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { removeTempDirs, tempDir } from '../src/folders.js'
import { countCases, hasVectors, readVectorBytes, readVectors, reportCases, vectorFiles } from '../src/vectors.js'

const before = { vectors: process.env.RAISTONE_VECTORS, report: process.env.RAISTONE_VECTOR_REPORT }
let folder: string

/** Sets a variable, or takes it away: an environment holds strings only. */
function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

beforeEach(() => {
  folder = tempDir()
  setVariable('RAISTONE_VECTORS', folder)
  setVariable('RAISTONE_VECTOR_REPORT', join(folder, 'report'))
})

afterAll(() => {
  setVariable('RAISTONE_VECTORS', before.vectors)
  setVariable('RAISTONE_VECTOR_REPORT', before.report)
  removeTempDirs()
})

function put(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  const bare = typeof content === 'string' || content instanceof Uint8Array
  writeFileSync(join(folder, path), bare ? content : JSON.stringify(content))
}

describe('cases of a vector file', () => {
  test.each<[path: string, content: unknown, cases: number]>([
    ['script/script_tests.json', [['a comment'], ['', '', '', 'OK'], [['00', 0.1], '', '', '', 'OK']], 2],
    ['script/taproot_ref.json', [{ id: 'a' }, { id: 'b' }], 2],
    [
      'script/bip341_wallet_vectors.json',
      { version: 1, scriptPubKey: [{}, {}], keyPathSpending: [{ inputSpending: [{}] }] },
      3,
    ],
    ['crypto/bip340.csv', 'index,key\n0,aa\n1,bb\n', 2],
    ['crypto/wycheproof_x.json', { numberOfTests: 900, testGroups: [{ tests: [{}, {}] }, { tests: [{}] }] }, 3],
    ['crypto/secp256k1_points.json', { valid: { isPoint: [{}, {}], pointAdd: [] }, invalid: { pointAdd: [{}] } }, 3],
    ['crypto/hashes.json', { sha1: [['a', '00']], sha256: [['a', '00']] }, 2],
    ['encoding/key_io_invalid.json', [['x'], ['y']], 2],
    ['encoding/address.json', { standard: [{}, {}], bech32: [{}], invalid: { bech32: [{}] } }, 3],
    ['encoding/der_signatures.json', { canonical: ['30'], noncanonical: ['a note', 'too short:', '3005'] }, 3],
    ['difficulty/asert.json', [{ rows: [[], []] }, { rows: [[]] }], 3],
    ['headers/mainnet_0_1.bin', new Uint8Array(160), 2],
    ['headers/chainwork.json', { 0: 'aa', 2015: 'bb' }, 2],
    ['headers/mainnet_alt.json', { timestamps: [1, 2], nonces: [3, 4] }, 2],
    ['blocks/mainnet-1.bin', new Uint8Array(300), 1],
    ['blocks/mainnet_chain_0_1.txt', 'aa\nbb\n', 2],
    ['blocks/reorg.json', { btcd_main: ['a'], btcd_fork: ['b'], regtest_branches: [['c', 'd'], ['e']] }, 5],
  ])('%s', (path, content, cases) => {
    put(path, content)
    expect(countCases(path)).toBe(cases)
  })

  test('what has no known shape is not counted', () => {
    put('headers/half.bin', new Uint8Array(120))
    put('script/notes.md', 'text')
    expect(() => countCases('headers/half.bin')).toThrow('whole headers')
    expect(() => countCases('script/notes.md')).toThrow('no rule')
  })
})

describe('files of vectors', () => {
  test('are listed without the companions of blocks', () => {
    put('blocks/b-1.bin', new Uint8Array(2))
    put('blocks/b-1.spent.json', {})
    put('blocks/a.json', [1])
    expect(vectorFiles('blocks')).toEqual(['blocks/a.json', 'blocks/b-1.bin'])
    expect(vectorFiles('script')).toEqual([])
    expect([hasVectors('blocks/a.json'), hasVectors('blocks/b.json')]).toEqual([true, false])
    expect([readVectors('blocks/a.json'), readVectorBytes('blocks/b-1.bin')]).toEqual([[1], new Uint8Array(2)])
  })

  test('are nowhere without the variable', () => {
    setVariable('RAISTONE_VECTORS', undefined)
    expect(vectorFiles('blocks')).toEqual([])
    expect(() => readVectors('blocks/a.json')).toThrow('RAISTONE_VECTORS is not set')
  })
})

describe('a report', () => {
  const skipped = [{ case: 'b', reason: 'a feature that is not there' }]

  test('is one line for each file', () => {
    put('script/real_txs.json', ['a', 'b', 'c'])
    reportCases('script/real_txs.json', { ran: 3 })
    reportCases('script/real_txs.json', { ran: 2, skipped })
    const [first, second] = readFileSync(join(folder, 'report'), 'utf8').trim().split('\n')
    expect(JSON.parse(first as string)).toEqual({ file: 'script/real_txs.json', cases: 3, ran: 3, skipped: [] })
    expect(JSON.parse(second as string)).toEqual({ file: 'script/real_txs.json', cases: 3, ran: 2, skipped })
  })

  test('refuses to count fewer cases than there are, and more', () => {
    put('script/real_txs.json', ['a', 'b', 'c'])
    expect(() => reportCases('script/real_txs.json', { ran: 2 })).toThrow('has 3 cases, of which 2 ran')
    expect(() => reportCases('script/real_txs.json', { ran: 3, skipped })).toThrow('3 ran and 1 were skipped')
  })
})
