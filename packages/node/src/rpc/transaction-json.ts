import type { ChainParams, Coin } from '@raistone/consensus'
import {
  isCoinbase,
  type Sats,
  scriptToAddress,
  type Transaction,
  type TxIn,
  toHex,
  transactionWeight,
  virtualSize,
} from '@raistone/primitives'
import { amount, type JsonObject } from '@raistone/rpc'
import { classifyScript, scriptToAsm } from '@raistone/script'
import { inferDescriptor } from './descriptor.js'

/** An output's script as Core shows it. */
export function scriptJson(script: Uint8Array, params: ChainParams): JsonObject {
  const address = scriptToAddress(script, params.address)
  return {
    asm: scriptToAsm(script),
    desc: inferDescriptor(script, address),
    hex: toHex(script),
    address,
    type: classifyScript(script).type,
  }
}

/** What a transaction spent, and how much of that to show. */
export interface SpentDetail {
  readonly coins: readonly Coin[]
  /** Each input with the output it spends, not the fee alone. */
  readonly prevouts: boolean
}

const prevoutJson = (coin: Coin, params: ChainParams): JsonObject => ({
  generated: coin.coinbase,
  height: coin.height,
  value: amount(coin.value),
  scriptPubKey: scriptJson(coin.script, params),
})

function inputJson(input: TxIn, coinbase: boolean, prevout: JsonObject | undefined): JsonObject {
  const script = toHex(input.scriptSig)
  const witness = input.witness.length > 0 ? input.witness.map(toHex) : undefined
  if (coinbase) return { coinbase: script, txinwitness: witness, sequence: input.sequence }
  return {
    txid: input.prevout.txid,
    vout: input.prevout.vout,
    scriptSig: { asm: scriptToAsm(input.scriptSig, true), hex: script },
    txinwitness: witness,
    prevout,
    sequence: input.sequence,
  }
}

function feeOf(tx: Transaction, coins: readonly Coin[]): Sats {
  const paidIn = coins.reduce((sum, coin) => sum + coin.value, 0n)
  return tx.outputs.reduce((rest, output) => rest - output.value, paidIn)
}

/** A transaction decoded as Core's TxToUniv does it; with what it spent, its fee too. */
export function transactionJson(tx: Transaction, params: ChainParams, spent?: SpentDetail): JsonObject {
  const coinbase = isCoinbase(tx)
  const shown = spent?.prevouts ? spent.coins : []
  return {
    txid: tx.txid,
    hash: tx.wtxid,
    version: tx.version,
    size: tx.raw.length,
    vsize: virtualSize(tx),
    weight: transactionWeight(tx),
    locktime: tx.lockTime,
    vin: tx.inputs.map((input, i) => inputJson(input, coinbase, shown[i] && prevoutJson(shown[i], params))),
    vout: tx.outputs.map((output, n) => ({
      value: amount(output.value),
      n,
      scriptPubKey: scriptJson(output.script, params),
    })),
    fee: spent && !coinbase ? amount(feeOf(tx, spent.coins)) : undefined,
  }
}
