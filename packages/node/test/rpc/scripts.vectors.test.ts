import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fromHex } from '@raistone/primitives'
import { scriptJson } from '../../src/rpc/transaction-json.js'
import { regtest } from './fake-ledger.js'

const folder = process.env.RAISTONE_VECTORS
if (folder === undefined) {
  test(
    process.env.RAISTONE_REQUIRE_VECTORS === '1'
      ? 'RAISTONE_VECTORS must be set'
      : 'skipped: RAISTONE_VECTORS is not set',
    () => expect(process.env.RAISTONE_REQUIRE_VECTORS).not.toBe('1'),
  )
} else {
  type Row = readonly [script: string, expected: { asm: string; address?: string; type: string; desc: string }]
  const rows = JSON.parse(readFileSync(join(folder, 'rpc', 'rpc_decodescript.json'), 'utf8')) as readonly Row[]
  describe('rpc/rpc_decodescript.json', () => {
    test.each(rows)('%s', (script, { asm, address, type, desc }) => {
      expect(scriptJson(fromHex(script), regtest)).toMatchObject({ asm, desc, type, ...(address ? { address } : {}) })
    })
  })
}
