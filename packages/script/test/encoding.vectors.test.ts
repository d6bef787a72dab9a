import { expect, test } from '@jest/globals'
import { concatBytes, fromHex, isStrictDer, nobleCurve, toHex } from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { scriptFlag } from '../src/flags.js'
import { verifyInput } from '../src/interpreter/verify.js'
import { opcode } from '../src/opcodes/opcode.js'
import { parseScriptNumber, scriptNumber } from '../src/script/number.js'
import { pushData } from '../src/script/push.js'
import { creditAndSpend } from './support/spending.js'

vectorSuite('encoding/script_number.json', count => {
  test('script numbers in both directions', () => {
    const rows = readVectors<{ hex: string; number: number; bytes?: number }[]>('encoding/script_number.json')
    for (const { hex, number, bytes } of rows) {
      count.ran()
      expect([number, toHex(scriptNumber(number))]).toEqual([number, hex])
      expect([hex, parseScriptNumber(fromHex(hex), true, bytes)]).toEqual([hex, number])
    }
  })
})

const publicKey = fromHex('0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798')

/** What the interpreter says of a signature (with its hash type) before it looks at the key. */
function encodingError(signature: Uint8Array, flags: number): string | undefined {
  const scriptPubKey = concatBytes(pushData(publicKey), Uint8Array.of(opcode.OP_CHECKSIG))
  const error = verifyInput(creditAndSpend(scriptPubKey, pushData(signature)), 0, flags, nobleCurve)
  return error === 'SIG_DER' || error === 'SIG_HASHTYPE' ? error : undefined
}

vectorSuite('encoding/der_signatures.json', count => {
  const { canonical, noncanonical } =
    readVectors<Record<'canonical' | 'noncanonical', readonly string[]>>('encoding/der_signatures.json')
  const { DERSIG, STRICTENC } = scriptFlag

  test('strict DER', () => {
    for (const hex of canonical) {
      count.ran()
      const signature = fromHex(hex)
      const errors = [DERSIG, STRICTENC].map(flags => encodingError(signature, flags))
      expect([hex, isStrictDer(signature), ...errors]).toEqual([hex, true, undefined, undefined])
    }
  })

  test('anything else, each under the label before it', () => {
    let label = ''
    for (const text of noncanonical) {
      if (text.endsWith(':')) {
        label = text
      } else if (/^[0-9a-f]+$/i.test(text)) {
        count.ran()
        const signature = fromHex(text)
        // Only a hash type is no matter of DER.
        const error = isStrictDer(signature) ? 'SIG_HASHTYPE' : 'SIG_DER'
        expect([label, encodingError(signature, STRICTENC)]).toEqual([label, error])
        expect([label, error === 'SIG_HASHTYPE']).toEqual([label, label === 'hashtype:'])
      } else {
        count.skip(text, 'a note: neither hex nor the label of a signature')
      }
    }
  })
})
