// Two branches of blocks full of signed payments, and the blocks below both.
import { createTransaction, emptyBytes, SEQUENCE_FINAL, toHex } from '@raistone/primitives'
import { createSpendContext, signatureHashV0 } from '@raistone/script'
import { BlockBuilder, testKey } from '@raistone/testkit'
import secp256k1 from 'secp256k1/bindings.js'

const KEYS = 500
const SIGHASH_ALL = 1
const COINS_OF_A_SPLIT = 500
const SPLITS_OF_A_BLOCK = 20
/** Satoshis. */
const FEE = 200n
const CHANGE = 1000n

const keyOf = n => testKey(n % KEYS)

/** Signed with the native curve: noble would take minutes for so many. */
function spend(coins, outputs) {
  const unsigned = coins.map(({ txid, vout }) => ({
    prevout: { txid, vout },
    scriptSig: emptyBytes,
    sequence: SEQUENCE_FINAL,
    witness: [],
  }))
  const body = { version: 2, inputs: unsigned, outputs, lockTime: 0 }
  const context = createSpendContext(
    body,
    coins.map(({ output }) => output),
  )
  const inputs = coins.map(({ key }, index) => {
    const digest = signatureHashV0(context, index, key.scripts.p2pkh, SIGHASH_ALL)
    const der = secp256k1.signatureExport(secp256k1.ecdsaSign(digest, key.privateKey).signature)
    return { ...unsigned[index], witness: [Uint8Array.of(...der, SIGHASH_ALL), key.publicKey] }
  })
  return createTransaction({ ...body, inputs })
}

const pay = (key, value) => ({ value, script: key.scripts.p2wpkh })
const coinOf = (tx, vout, key) => ({ txid: tx.txid, vout, output: tx.outputs[vout], key })

/** Mines until there are so many coins that may be spent. */
function mineCoins(builder, count) {
  const splits = Math.ceil(count / COINS_OF_A_SPLIT)
  // Recent, so that the chain does not count as being downloaded.
  const time = Math.floor(Date.now() / 1000) - 7200
  const blocks = Array.from({ length: splits }, (_, n) => builder.mine(n === 0 ? { header: { time } } : {}))
  const coins = []
  const transactions = blocks.map(({ transactions: [coinbase] }) => {
    const { value } = coinbase.outputs[0]
    const keys = Array.from({ length: COINS_OF_A_SPLIT }, (_, n) => keyOf(n))
    const each = (value - FEE * BigInt(COINS_OF_A_SPLIT)) / BigInt(COINS_OF_A_SPLIT)
    const tx = spend(
      [coinOf(coinbase, 0, testKey(0))],
      keys.map(key => pay(key, each)),
    )
    coins.push(...keys.map((key, vout) => coinOf(tx, vout, key)))
    return tx
  })
  blocks.push(...builder.mineMany(builder.params.coinbaseMaturity))
  while (transactions.length > 0) blocks.push(builder.mine({ transactions: transactions.splice(0, SPLITS_OF_A_BLOCK) }))
  return { blocks, coins }
}

/** Every payment spends one of the block before, every second one a coin from below the branch as well. */
function mineBranch(builder, name, length, payments, coins) {
  const heads = coins.slice(0, payments)
  let next = payments
  return Array.from({ length }, (_, height) => {
    const transactions = heads.map((head, n) => {
      const spent = n % 2 === 0 ? [head] : [head, coins[next++]]
      const total = spent.reduce((sum, { output }) => sum + output.value, 0n)
      const key = keyOf(n + height + name)
      const tx = spend(spent, [pay(key, total - CHANGE - FEE), pay(keyOf(n), CHANGE)])
      heads[n] = coinOf(tx, 0, key)
      return tx
    })
    return builder.mine({ transactions, extraNonce: name })
  })
}

const inHex = blocks => blocks.map(({ raw }) => toHex(raw))

/**
 * Raw blocks in hex: `base`, then a branch of `length` blocks with so many payments each, and another that is one longer.
 * Both spend the same coins.
 */
export function rivalBranches(params, length, payments) {
  const builder = new BlockBuilder(params)
  const { blocks, coins } = mineCoins(builder, payments + (length + 1) * (payments >> 1))
  const branch = (name, blocksOfIt) => inHex(mineBranch(builder.fork(), name, blocksOfIt, payments, coins))
  return { base: inHex(blocks), left: branch(1, length), right: branch(2, length + 1) }
}
