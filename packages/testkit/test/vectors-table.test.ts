import { describe, expect, test } from '@jest/globals'
import { vectorTable } from '../src/vectors-table.js'

const cases = new Map([
  ['script/sighash.json', 375],
  ['crypto/x.json', 2],
])
const sighash = { file: 'script/sighash.json', cases: 375, ran: 375, skipped: [] }
const other = { file: 'crypto/x.json', cases: 2, ran: 2, skipped: [] }
const skipped = [{ case: '7', reason: 'a feature that is not there' }]

describe('the table of the public vectors', () => {
  test('has a row for each file and their sum', () => {
    const beyond = { file: 'filters/y.json', cases: 10, ran: 10, skipped: [] }
    expect(vectorTable(cases, [sighash, other, beyond])).toEqual({
      lines: [
        'file                   cases      run  skipped',
        'script/sighash.json      375      375        0',
        'crypto/x.json              2        2        0',
        'filters/y.json            10       10        0',
        '3 files                  387      387        0',
      ],
      problems: [],
    })
  })

  test('names a skipped case and its reason', () => {
    const { lines, problems } = vectorTable(cases, [sighash, { ...other, ran: 1, skipped }])
    expect(lines.slice(-2)).toEqual([
      '2 files                  377      376        1',
      'skipped: crypto/x.json: 7: a feature that is not there',
    ])
    expect(problems).toEqual([])
  })

  test('fails where a file was reported by no suite', () => {
    expect(vectorTable(cases, [sighash]).problems).toEqual(['crypto/x.json: reported by no suite'])
  })

  test('fails where there are no files', () => {
    expect(vectorTable(new Map(), []).problems).toHaveLength(1)
  })

  test('fails where the counts differ from the file', () => {
    expect(vectorTable(cases, [sighash, { ...other, cases: 3, ran: 3 }]).problems).toEqual([
      'crypto/x.json: has 2 cases, of which 3 ran and 0 were skipped',
    ])
    expect(vectorTable(cases, [sighash, { ...other, ran: 1 }]).problems).toHaveLength(1)
  })

  test('fails where a case was skipped that must run', () => {
    const { problems } = vectorTable(cases, [{ ...sighash, ran: 374, skipped }, other])
    expect(problems).toEqual(['script/sighash.json: every case must run'])
  })

  test('takes no whole report for another one that is not', () => {
    const half = { ...other, ran: 1 }
    expect(vectorTable(cases, [sighash, half, other]).problems).toHaveLength(1)
    expect(vectorTable(cases, [sighash, other, half]).problems).toHaveLength(1)
  })
})
