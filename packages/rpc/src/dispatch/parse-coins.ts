import type { Sats } from '@raistone/primitives'
import { type JsonValue, RawJson } from '../json/raw-json.js'
import { RpcError, rpcCode } from '../rpc-error.js'

const decimal = /^(-?)(0|[1-9]\d{0,18})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/
const DECIMALS = 8
const MOST = 2n ** 63n - 1n

const invalid = (): RpcError => new RpcError(rpcCode.type, 'Invalid amount')

/** Satoshis of a JSON number or string of coins, by Core's AmountFromValue: exact to eight decimals, never negative. */
export function parseCoins(value: JsonValue): Sats {
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof RawJson)) {
    throw new RpcError(rpcCode.type, 'Amount is not a number or string')
  }
  const match = decimal.exec(String(value))
  if (!match) throw invalid()
  const fraction = match[3] ?? ''
  const mantissa = BigInt(`${match[2]}${fraction}`)
  const shift = Number(match[4] ?? 0) + DECIMALS - fraction.length
  if (shift > 20 && mantissa !== 0n) throw invalid()
  const sats =
    shift >= 0 ? mantissa * 10n ** BigInt(Math.min(shift, 20)) : wholeQuotient(mantissa, 10n ** BigInt(-shift))
  if (sats > MOST || (match[1] === '-' && sats > 0n)) throw new RpcError(rpcCode.type, 'Amount out of range')
  return sats
}

function wholeQuotient(value: bigint, divisor: bigint): bigint {
  if (value % divisor !== 0n) throw invalid()
  return value / divisor
}
