import { expect, test } from '@jest/globals'
import { fromHex, hash160, sha256, toHex } from '@raistone/primitives'
import { p2shScript, p2wshScript } from '@raistone/script'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { scriptJson } from '../../src/rpc/transaction-json.js'
import { regtest } from './fake-ledger.js'

interface Described {
  readonly asm: string
  readonly desc: string
  readonly type: string
  readonly address?: string
}

interface Wrapped extends Described {
  /** Address of the script behind its hash. */
  readonly p2sh?: string
  /** The script behind its hash in a witness program, and that behind a hash again. */
  readonly segwit?: Described & { readonly hex: string; readonly 'p2sh-segwit': string }
}

const addressOf = (script: Uint8Array): unknown => scriptJson(script, regtest).address
const hidden = (script: Uint8Array): Uint8Array => p2shScript(hash160(script))

vectorSuite('rpc/rpc_decodescript.json', count => {
  test('scripts, and the outputs that hide them', () => {
    for (const [hex, wanted] of readVectors<readonly (readonly [string, Wrapped])[]>('rpc/rpc_decodescript.json')) {
      count.ran()
      const script = fromHex(hex)
      const program = p2wshScript(sha256(script))
      expect({
        ...scriptJson(script, regtest),
        p2sh: wanted.p2sh && addressOf(hidden(script)),
        segwit: wanted.segwit && { ...scriptJson(program, regtest), 'p2sh-segwit': addressOf(hidden(program)) },
      }).toEqual({ hex: toHex(script), ...wanted })
    }
  })
})
