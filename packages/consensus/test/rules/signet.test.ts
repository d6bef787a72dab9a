import { describe, expect, test } from '@jest/globals'
import {
  type Block,
  type BlockHash,
  commitmentIndex,
  concatBytes,
  createBlock,
  createTransaction,
  encodeHeader,
  fromHex,
  type Header,
  type MerkleRoot,
  nobleCurve,
  type Transaction,
} from '@raistone/primitives'
import { opcode, pushData } from '@raistone/script'
import { signetSolution, solve, type TestKey, testKey, withCommitmentTail, withSignetSolution } from '@raistone/testkit'
import { checkSignetSolution, signetHeader, signetTransactions } from '../../src/rules/block/signet.js'
import { bitcoinChain } from '../support/bitcoin-chains.js'
import { output, spending, withTransactions } from '../support/bodies.js'
import { RuleScene } from '../support/rule-scene.js'

const [alice, bob, carol] = [1, 2, 3].map(testKey) as [TestKey, TestKey, TestKey]
const { OP_1, OP_CHECKMULTISIG, OP_PUSHDATA1, OP_PUSHDATA2, OP_NOP, OP_RETURN } = opcode
const script = (...parts: (number | Uint8Array)[]): Uint8Array =>
  concatBytes(...parts.map(part => (typeof part === 'number' ? Uint8Array.of(part) : part)))
const multisig = (m: number, ...keys: TestKey[]): Uint8Array =>
  script(OP_1 - 1 + m, ...keys.map(key => pushData(key.publicKey)), OP_1 - 1 + keys.length, OP_CHECKMULTISIG)

const scene = new RuleScene()
const spent = spending([scene.coin(1).outpoint], [output(5_000_000_000n)])
const plain = scene.build({ transactions: [spent] })
const oneOfTwo = multisig(1, alice, bob)
const always = script(OP_1)

const holds = (block: Block, challenge = oneOfTwo): boolean => checkSignetSolution(block, challenge, nobleCurve)
const withHeader = (block: Block, change: Partial<Header>): Block =>
  createBlock(solve({ ...block.header, ...change }), block.transactions)
/** The block with another script in its commitment's output. */
function recommitted(block: Block, change: (commitment: Uint8Array) => Uint8Array): Block {
  const [coinbase, ...others] = block.transactions as [Transaction, ...Transaction[]]
  const at = commitmentIndex(coinbase)
  const outputs = coinbase.outputs.map((out, i) => (i === at ? { ...out, script: change(out.script) } : out))
  return withTransactions(block, [createTransaction({ ...coinbase, outputs }), ...others])
}
/** What a section with this after its header ends the commitment with. */
const section = (...parts: Uint8Array[]): Uint8Array => pushData(concatBytes(signetHeader, ...parts))

describe('a solution', () => {
  const signed = withSignetSolution(plain, oneOfTwo, [bob])

  test('by either key of one-of-two multisig passes', () => {
    expect(holds(signed)).toBe(true)
    expect(holds(withSignetSolution(plain, oneOfTwo, [alice]))).toBe(true)
    expect(holds(withSignetSolution(plain, oneOfTwo, [carol]))).toBe(false)
    expect(holds(signed, multisig(1, alice, carol))).toBe(false)
  })

  test('needs as many keys as the challenge asks for', () => {
    const twoOfThree = multisig(2, alice, bob, carol)
    expect(holds(withSignetSolution(plain, twoOfThree, [alice, carol]), twoOfThree)).toBe(true)
    expect(holds(withSignetSolution(plain, twoOfThree, [alice]), twoOfThree)).toBe(false)
  })

  test.each(['p2pkh', 'p2sh-p2wpkh', 'p2wpkh'] as const)('of a key paid by %s passes, and no other', kind => {
    const block = withSignetSolution(plain, alice.scripts[kind], [alice])
    expect(holds(block, alice.scripts[kind])).toBe(true)
    expect(holds(block, bob.scripts[kind])).toBe(false)
  })

  test("covers the header's first fields and every transaction", () => {
    const { header } = signed
    expect(holds(withHeader(signed, { time: header.time + 1 }))).toBe(false)
    expect(holds(withHeader(signed, { version: header.version + 1 }))).toBe(false)
    expect(holds(withHeader(signed, { prev: '11'.repeat(32) as BlockHash }))).toBe(false)
    const [coinbase, ...others] = signed.transactions as [Transaction, ...Transaction[]]
    expect(holds(withTransactions(signed, [coinbase]))).toBe(false)
    expect(holds(withTransactions(signed, [coinbase, ...others, spent]))).toBe(false)
    const richer = createTransaction({ ...coinbase, outputs: [...coinbase.outputs, output(1n)] })
    expect(holds(withTransactions(signed, [richer, ...others]))).toBe(false)
  })

  test("leaves the header's nonce, bits and Merkle root free: the last follows from what is signed", () => {
    expect(holds(withHeader(signed, { nonce: signed.header.nonce + 1000 }))).toBe(true)
    expect(holds(withHeader(signed, { merkleRoot: '11'.repeat(32) as MerkleRoot }))).toBe(true)
    expect(holds(createBlock({ ...signed.header, bits: 0x1d00ffff }, signed.transactions))).toBe(true)
  })

  test('with any byte changed fails', () => {
    const solution = signetSolution(plain, oneOfTwo, [bob])
    expect(holds(withCommitmentTail(plain, section(solution)))).toBe(true)
    for (const at of solution.keys()) {
      const changed = solution.map((byte, i) => (i === at ? byte ^ 0x01 : byte))
      expect([at, holds(withCommitmentTail(plain, section(changed)))]).toEqual([at, false])
    }
  })

  test('obeys strict DER and the empty dummy, whatever the height', () => {
    const solution = signetSolution(plain, oneOfTwo, [bob])
    const length = solution[0] as number
    const scriptSig = solution.subarray(1, 1 + length)
    const withScriptSig = (changed: Uint8Array) =>
      withCommitmentTail(plain, section(Uint8Array.of(changed.length), changed, Uint8Array.of(0)))
    expect(holds(withScriptSig(scriptSig))).toBe(true)
    expect(holds(withScriptSig(concatBytes(Uint8Array.of(OP_1), scriptSig.subarray(1))))).toBe(false)
    const signature = scriptSig.subarray(2)
    const loose = concatBytes(
      signature.subarray(0, 1),
      Uint8Array.of((signature[1] as number) + 1),
      signature.subarray(2, -1),
      Uint8Array.of(0),
      signature.subarray(-1),
    )
    expect(holds(withScriptSig(concatBytes(Uint8Array.of(0), pushData(loose))))).toBe(false)
  })
})

describe('a block without a solution', () => {
  test('passes only where the challenge is always true', () => {
    expect(holds(plain, always)).toBe(true)
    expect(holds(plain)).toBe(false)
    expect(holds(plain, script(OP_RETURN))).toBe(false)
    expect(holds(plain, script(0))).toBe(false)
  })

  test('still commits to its witnesses', () => {
    expect(holds(scene.build({ commitment: false }), always)).toBe(false)
    expect(holds(createBlock(plain.header, []), always)).toBe(false)
  })

  test('is the genesis block', () => {
    const { genesis, signetChallenge = always } = bitcoinChain('signet')
    expect(holds(genesis, signetChallenge)).toBe(true)
    expect(holds(withHeader(plain, { prev: genesis.header.prev }))).toBe(true)
  })

  test('passes a challenge of a witness version that has no rules here: Taproot is none of them', () => {
    expect(holds(plain, alice.scripts.p2tr)).toBe(true)
  })
})

describe('a section', () => {
  const solution = signetSolution(plain, oneOfTwo, [bob])
  const sealed = (...tail: (number | Uint8Array)[]): Block => withCommitmentTail(plain, script(...tail))

  test.each<[string, Uint8Array]>([
    ['a scriptSig that is longer than what is there', fromHex('05')],
    ['no witness', fromHex('0151')],
    ['a witness that is not all there', fromHex('000102')],
    ['more witnesses than there are', fromHex('00fdffff')],
    ['a length that is not the shortest', fromHex('fd000000')],
    ['a byte too many', fromHex('000000')],
  ])('is refused with %s, even where nothing is asked for', (_what, bytes) => {
    expect(holds(sealed(section(bytes)), always)).toBe(false)
    expect(holds(sealed(section(fromHex('0000'))), always)).toBe(true)
  })

  test('is no section without anything behind its header', () => {
    expect(signetTransactions(sealed(section()), always)?.toSign.inputs[0]?.scriptSig).toHaveLength(0)
    expect(holds(sealed(section()), always)).toBe(true)
  })

  test('is the first one', () => {
    expect(holds(sealed(section(fromHex('0000')), section(fromHex('00'))), always)).toBe(true)
    expect(holds(sealed(section(fromHex('00')), section(fromHex('0000'))), always)).toBe(false)
  })

  test('stands in the last commitment', () => {
    const [coinbase, ...others] = plain.transactions as [Transaction, ...Transaction[]]
    const commitment = coinbase.outputs[commitmentIndex(coinbase)] as Transaction['outputs'][number]
    const [good, bad] = ['0000', '00'].map(hex => output(0n, script(commitment.script, section(fromHex(hex)))))
    const coinbaseWith = (...outputs: (typeof good)[]) =>
      withTransactions(plain, [
        createTransaction({ ...coinbase, outputs: outputs as Transaction['outputs'] }),
        ...others,
      ])
    expect(holds(coinbaseWith(bad, good), always)).toBe(true)
    expect(holds(coinbaseWith(good, bad), always)).toBe(false)
  })

  test('may be pushed in a longer way: the signature is over the shortest', () => {
    const bytes = concatBytes(signetHeader, solution)
    const length = [bytes.length & 0xff, bytes.length >> 8] as const
    expect(holds(sealed(OP_PUSHDATA2, ...length, bytes))).toBe(true)
    expect(holds(sealed(OP_PUSHDATA1, bytes.length, bytes))).toBe(true)
  })

  test('may have other operations around it, which are signed as Core writes them', () => {
    const signedWith = (before: Uint8Array, after: Uint8Array, written: Uint8Array): boolean => {
      const inner = signetSolution(
        recommitted(plain, commitment => script(commitment, written)),
        oneOfTwo,
        [bob],
      )
      return holds(sealed(before, section(inner), after))
    }
    const none = new Uint8Array()
    const nop = Uint8Array.of(OP_NOP)
    expect(signedWith(none, none, none)).toBe(true)
    expect(signedWith(nop, none, nop)).toBe(true)
    expect(signedWith(nop, none, none)).toBe(false)
    // A push of nothing keeps its opcode and loses its length.
    const nothing = script(OP_PUSHDATA1, 0)
    expect(signedWith(nothing, none, Uint8Array.of(OP_PUSHDATA1))).toBe(true)
    expect(signedWith(nothing, none, nothing)).toBe(false)
    // A push that is longer than the script is dropped.
    expect(signedWith(none, script(OP_PUSHDATA1, 9, 1), none)).toBe(true)
  })
})

test('the virtual transactions are those of BIP-0325', () => {
  const { toSpend, toSign } = signetTransactions(plain, oneOfTwo) ?? {}
  const data = encodeHeader(plain.header).subarray(0, 72)
  expect(toSpend).toMatchObject({ version: 0, lockTime: 0, outputs: [{ value: 0n, script: oneOfTwo }] })
  expect(toSpend?.inputs).toMatchObject([{ prevout: { vout: 0xffffffff }, sequence: 0 }])
  expect(toSpend?.inputs[0]?.scriptSig).toEqual(script(0, pushData(data)))
  expect(toSign).toMatchObject({ version: 0, lockTime: 0, outputs: [{ value: 0n, script: script(OP_RETURN) }] })
  expect(toSign?.inputs).toMatchObject([{ prevout: { txid: toSpend?.txid, vout: 0 }, sequence: 0 }])
})
