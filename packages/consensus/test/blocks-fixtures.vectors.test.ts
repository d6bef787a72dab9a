import { expect, test } from '@jest/globals'
import {
  type Block,
  type BlockHash,
  blockWeight,
  committedHash,
  DecodeError,
  decodeBlock,
  decodeHeader,
  encodeHeader,
  fromDisplayHex,
  fromHex,
  HEADER_SIZE,
  type Header,
  hashHeader,
  merkleRoot,
  toHex,
  witnessCommitment,
} from '@raistone/primitives'
import { readVectors } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { bitsToTarget, readCompact } from '../src/pow/target.js'
import { checkHeaderAlone } from '../src/rules/header/alone.js'
import { bitcoinChain } from './support/bitcoin-chains.js'

interface Fixture {
  readonly description: string
  /** Internal order, as are `prevHash`, `merkleRoot` and `witnessCommit`. */
  readonly hash: string
  readonly id: string
  readonly version: number
  readonly prevHash: string
  readonly merkleRoot: string
  readonly witnessCommit?: string
  readonly timestamp: number
  readonly bits: number
  readonly nonce: number
  readonly size?: number
  readonly strippedSize?: number
  readonly weight?: number
  readonly valid: boolean
  readonly hex: string
}

interface Fixtures {
  readonly targets: readonly { readonly bits: string; readonly expected: string }[]
  readonly valid: readonly Fixture[]
  readonly invalid: readonly { readonly exception: string; readonly hex: string }[]
}

const FILE = 'blocks/block_fixtures.json'
const params = bitcoinChain('mainnet')

const internal = (id: string): string => toHex(fromDisplayHex(id))

function expectHeader(header: Header, fixture: Fixture): void {
  const hash = hashHeader(header)
  expect({
    id: hash,
    hash: internal(hash),
    prevHash: internal(header.prev),
    merkleRoot: internal(header.merkleRoot),
  }).toEqual({
    id: fixture.id,
    hash: fixture.hash,
    prevHash: fixture.prevHash,
    merkleRoot: fixture.merkleRoot,
  })
  const { version, timestamp: time, bits, nonce } = fixture
  expect(header).toMatchObject({ version, time, bits, nonce })
  expect(toHex(encodeHeader(header))).toBe(fixture.hex.slice(0, 2 * HEADER_SIZE))
  expect(checkHeaderAlone(header, hash as BlockHash, params)?.rule).toBe(fixture.valid ? undefined : 'high-hash')
}

function expectBlock(block: Block, { witnessCommit, size, strippedSize, weight, hex }: Fixture): void {
  const [coinbase] = block.transactions
  expect(toHex(block.raw)).toBe(hex)
  expect(merkleRoot(block.transactions.map(tx => tx.txid)).root).toBe(block.header.merkleRoot)
  if (size !== undefined) expect(block.raw).toHaveLength(size)
  if (strippedSize !== undefined) expect(block.strippedSize).toBe(strippedSize)
  if (weight !== undefined) expect(blockWeight(block)).toBe(weight)
  if (witnessCommit === undefined || !coinbase) return
  expect(toHex(committedHash(coinbase) ?? new Uint8Array())).toBe(witnessCommit)
  const reserved = coinbase.inputs[0]?.witness[0] ?? new Uint8Array()
  expect(toHex(witnessCommitment(block.transactions, reserved))).toBe(witnessCommit)
}

vectorSuite(FILE, cases => {
  const { targets, valid, invalid } = readVectors<Fixtures>(FILE)

  test('every compact target', () => {
    for (const { bits, expected } of targets) {
      // The digits without the sign, which the library that these come from does not know: no block may have such bits.
      const { target, negative } = readCompact(Number.parseInt(bits, 16))
      expect([bits, target.toString(16).padStart(64, '0')]).toEqual([bits, expected])
      expect(bitsToTarget(Number.parseInt(bits, 16))).toBe(negative ? 0n : target)
      cases.ran()
    }
  })

  test.each(valid.map(fixture => [fixture.description, fixture] as const))('%s', (_description, fixture) => {
    const raw = fromHex(fixture.hex)
    if (raw.length === HEADER_SIZE) {
      expectHeader(decodeHeader(raw), fixture)
    } else {
      const block = decodeBlock(raw)
      expectHeader(block.header, fixture)
      expectBlock(block, fixture)
    }
    cases.ran()
  })

  test('what is no block is refused', () => {
    for (const { hex } of invalid) {
      expect(() => decodeBlock(fromHex(hex))).toThrow(DecodeError)
      cases.ran()
    }
  })
})
