// What the rules bench measures: each row is done our way and plainly with @noble/secp256k1 or @noble/hashes.

import { schnorr, verify } from '@noble/secp256k1'
import { decodeBlock, encodeHeader, merkleTree, toHex } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { loadWasmCurve } from '@raistone/primitives/curve/wasm'
import { createSpendContext, signatureHashTaproot, signatureHashV0 } from '@raistone/script'
import { testKey } from '@raistone/testkit'
import { NonceScan } from '../../packages/mining/dist/src/search/scan.js'
import { blockOfPayments, ecdsaSignatures, header, leaves, schnorrSignatures, twoInTwoOut } from './ledger.mjs'
import { plainDecodeBlock } from './plain-block.mjs'
import { plainMerkleRoot, plainScan, plainSighashesTaproot, plainSighashesV0 } from './plain-hashes.mjs'

/** Both ways must give the same before either is timed. */
function same(name, ours, plain) {
  if (ours !== plain) throw new Error(`${name}: ${ours} is not ${plain}`)
}

function all(name, inputs, check) {
  for (const input of inputs) if (!check(...input)) throw new Error(`${name}: a good signature was refused`)
}

function signatures(name, unit, inputs, expected, ours, plain) {
  const few = inputs.slice(0, 16)
  return {
    name,
    unit,
    expected,
    ours: { work: () => all(name, inputs, ours), units: inputs.length },
    plain: { work: () => all(name, few, plain), units: few.length },
  }
}

function ecdsa(curve, expected) {
  return signatures(
    `ECDSA verification, ${curve.name}`,
    'signatures',
    ecdsaSignatures(),
    expected,
    (signature, digest, key) => curve.verifyEcdsa(signature, digest, key),
    (signature, digest, key) => verify(signature, digest, key, { prehash: false, lowS: false }),
  )
}

function bip340(curve, expected) {
  return signatures(
    `Schnorr verification, ${curve.name}`,
    'signatures',
    schnorrSignatures(),
    expected,
    (signature, message, key) => curve.verifySchnorr(signature, message, key),
    (signature, message, key) => schnorr.verify(signature, message, key),
  )
}

const hexAll = list => list.map(toHex).join(' ')

function sighashV0() {
  const { tx, spent } = twoInTwoOut('p2wpkh')
  const code = testKey(2).scripts.p2pkh
  const ours = () => {
    const spend = createSpendContext(tx, spent)
    return tx.inputs.map((_, i) => signatureHashV0(spend, i, code, 1))
  }
  const plain = () => plainSighashesV0(tx, spent, code)
  same('BIP143', hexAll(ours()), hexAll(plain()))
  return row('BIP143 signature hashes, 2 inputs, 2 outputs', 'transactions', 4, ours, plain)
}

function sighashTaproot() {
  const { tx, spent } = twoInTwoOut('p2tr')
  const ours = () => {
    const spend = createSpendContext(tx, spent)
    return tx.inputs.map((_, i) => signatureHashTaproot(spend, i, 0))
  }
  const plain = () => plainSighashesTaproot(tx, spent)
  same('BIP341', hexAll(ours()), hexAll(plain()))
  return row('BIP341 signature hashes, 2 inputs, 2 outputs', 'transactions', 4, ours, plain)
}

/** Work of microseconds is repeated between two looks at the clock. */
function row(name, unit, expected, ours, plain, times = 100) {
  const repeated = work => () => {
    for (let i = 0; i < times; i++) work()
  }
  return {
    name,
    unit,
    expected,
    ours: { work: repeated(ours), units: times },
    plain: { work: repeated(plain), units: times },
  }
}

function merkle(count) {
  const list = leaves(count)
  const ours = () => merkleTree(list).root
  const plain = () => plainMerkleRoot(list)
  same('Merkle root', toHex(ours()), toHex(plain()))
  return row(`Merkle root of ${count} ids`, 'roots', 12, ours, plain, 1)
}

function decode() {
  const raw = blockOfPayments()
  const ids = ({ hash, transactions }) => `${hash} ${transactions.map(tx => tx.txid + tx.wtxid).join(' ')}`
  same('ids', ids(decodeBlock(raw)), ids(plainDecodeBlock(raw)))
  return row(
    `decoding a block of ${raw.length} bytes, with ids`,
    'blocks',
    5,
    () => decodeBlock(raw),
    () => plainDecodeBlock(raw),
    1,
  )
}

function scan() {
  const bytes = encodeHeader(header())
  const easy = 1n << 244n
  same('nonce', new NonceScan(bytes, easy).run(0, 100_000), plainScan(bytes, easy, 0, 100_000))
  const never = 1n
  const nonces = { ours: 200_000, plain: 10_000 }
  return {
    name: 'nonce scan',
    unit: 'nonces',
    expected: 18,
    ours: { work: () => new NonceScan(bytes, never).run(0, nonces.ours), units: nonces.ours },
    plain: { work: () => plainScan(bytes, never, 0, nonces.plain), units: nonces.plain },
  }
}

/** A function for each row, so that nothing is made before it is wanted. `expected` is the least ratio. */
export async function rulesRows() {
  const native = await loadNativeCurve()
  if (!native) throw new Error('the native curve is not installed on this machine: its figures cannot be measured')
  const wasm = await loadWasmCurve()
  return [
    () => ecdsa(native, 50),
    () => bip340(native, 45),
    () => ecdsa(wasm, 15),
    () => bip340(wasm, 12),
    sighashV0,
    sighashTaproot,
    () => merkle(2000),
    () => merkle(100_000),
    decode,
    scan,
  ]
}
