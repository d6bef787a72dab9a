import { describe, expect, test } from '@jest/globals'
import {
  type AddressVersions,
  addressToScript,
  concatBytes,
  decodeBase58Check,
  decodeSegwit,
  encodeSegwit,
  fromHex,
  nobleCurve,
  scriptToAddress,
  toHex,
} from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { type OpcodeName, opcode } from '../src/opcodes/opcode.js'
import { pushData } from '../src/script/push.js'
import { classifyScript } from '../src/templates/classify.js'

interface AddressVectors {
  readonly standard: readonly {
    readonly network: string
    readonly version: number
    readonly hash?: string
    readonly data?: string
    readonly base58check?: string
    readonly bech32?: string
    readonly script: string
  }[]
  readonly bech32: readonly {
    readonly address: string
    readonly version: number
    readonly prefix: string
    readonly data: string
  }[]
  readonly invalid: {
    readonly bech32: readonly { readonly address: string }[]
    readonly fromBase58Check: readonly { readonly address: string }[]
    readonly fromOutputScript: readonly { readonly script: string }[]
    readonly toOutputScript: readonly { readonly address: string; readonly network?: { readonly bech32: string } }[]
  }
}

const bitcoin: AddressVersions = { pubkeyHash: 0, scriptHash: 5, hrp: 'bc' }
const testnet: AddressVersions = { pubkeyHash: 111, scriptHash: 196, hrp: 'tb' }
const networks: Readonly<Record<string, AddressVersions>> = {
  bitcoin,
  testnet,
  regtest: { ...testnet, hrp: 'bcrt' },
  litecoin: { pubkeyHash: 48, scriptHash: 50, hrp: 'ltc' },
}

/** The assembly of these vectors: names of opcodes, and hex that is pushed. */
const assembleHex = (text: string): Uint8Array =>
  concatBytes(
    ...text.split(' ').map(word => {
      if (!word.startsWith('OP_')) return pushData(fromHex(word))
      const byte = word === 'OP_TRUE' ? opcode.OP_1 : opcode[word as OpcodeName]
      if (byte === undefined) throw new SyntaxError(`no opcode ${word}`)
      return Uint8Array.of(byte)
    }),
  )

const scriptOf = (text: string, versions: AddressVersions): string | undefined => {
  const found = addressToScript(text, versions)
  return 'error' in found ? undefined : toHex(found.script)
}

/** Nobody can spend such an output. Core gives it an address all the same; the library of these vectors does not. */
function hasKeyOffCurve(script: Uint8Array): boolean {
  const found = classifyScript(script)
  if (found.type !== 'witness_v1_taproot') return false
  const isOnCurve = [0, 1].some(parity =>
    nobleCurve.checkTapTweak(found.program, new Uint8Array(32), found.program, parity),
  )
  return !isOnCurve
}

vectorSuite('encoding/address.json', count => {
  const { standard, bech32, invalid } = readVectors<AddressVectors>('encoding/address.json')

  test('scripts and their addresses', () => {
    for (const { network, version, hash, data, base58check, bech32: segwit, script } of standard) {
      count.ran()
      const versions = networks[network] as AddressVersions
      const address = (base58check ?? segwit) as string
      const bytes = assembleHex(script)
      expect([address, scriptOf(address, versions)]).toEqual([address, toHex(bytes)])
      expect(scriptToAddress(bytes, versions)).toBe(base58check ?? address.toLowerCase())
      if (base58check)
        expect(decodeBase58Check(base58check, 21)).toEqual(fromHex(`${toHex(Uint8Array.of(version))}${hash}`))
      else expect(decodeSegwit(address, versions.hrp)).toEqual({ version, program: fromHex((hash ?? data) as string) })
    }
  })

  test('witness programs', () => {
    for (const { address, version, prefix, data } of bech32) {
      count.ran()
      const program = { version, program: fromHex(data) }
      expect(decodeSegwit(address, prefix)).toEqual(program)
      expect(encodeSegwit(prefix, program)).toBe(address.toLowerCase())
    }
  })

  describe('what is refused', () => {
    test('witness addresses', () => {
      const wrong = invalid.bech32.filter(({ address }) => {
        const prefix = address.slice(0, address.lastIndexOf('1')).toLowerCase()
        return !('error' in decodeSegwit(address, prefix))
      })
      expect(wrong).toEqual([])
    })

    test('base58 addresses', () => {
      const wrong = invalid.fromBase58Check.filter(({ address }) =>
        Object.values(networks).some(versions => scriptOf(address, versions) !== undefined),
      )
      expect(wrong).toEqual([])
    })

    test('scripts without an address', () => {
      const wrong = invalid.fromOutputScript.filter(({ script }) => {
        const bytes = assembleHex(script)
        return scriptToAddress(bytes, bitcoin) !== undefined && !hasKeyOffCurve(bytes)
      })
      expect(wrong).toEqual([])
    })

    test('addresses without a script on their network', () => {
      const wrong = invalid.toOutputScript.filter(({ address, network }) => {
        const script = scriptOf(address, network ? { ...bitcoin, hrp: network.bech32 } : bitcoin)
        return script !== undefined && !hasKeyOffCurve(fromHex(script))
      })
      expect(wrong).toEqual([])
    })
  })
})
