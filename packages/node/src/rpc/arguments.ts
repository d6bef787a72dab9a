import type { BlockEntry } from '@raistone/consensus'
import {
  addressToScript,
  type BlockHash,
  DecodeError,
  decodeTransaction,
  fromHex,
  isHash32,
  type Transaction,
} from '@raistone/primitives'
import { invalidParameter, RpcError, rpcCode } from '@raistone/rpc'
import type { RpcContext } from './context.js'

/** A 32-byte id in lower case; refuses anything else (-8) with the argument's name as Core has it. */
export function parseHash<Id extends string>(text: string, name: string): Id {
  if (text.length !== 64) throw invalidParameter(`${name} must be of length 64 (not ${text.length}, for '${text}')`)
  if (!isHash32(text)) throw invalidParameter(`${name} must be hexadecimal string (not '${text}')`)
  return text.toLowerCase() as Id
}

/** The header with this hash, or -5. */
export function requireEntry(
  { chain }: RpcContext,
  text: string,
  name: string,
  message = 'Block not found',
): BlockEntry {
  const entry = chain.entry(parseHash<BlockHash>(text, name))
  if (!entry) throw new RpcError(rpcCode.invalidAddressOrKey, message)
  return entry
}

/** The bytes of the hex; throws a DecodeError. Blocks come this way, which Node.js reads several times faster. */
function bytesOf(hex: string): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(hex, 'hex')
  // It stops at what is no digit, and takes only the low byte of a character that has two.
  const isWhole = length * 2 === hex.length && Buffer.byteLength(hex) === hex.length
  return isWhole ? new Uint8Array(buffer, byteOffset, length) : fromHex(hex)
}

/** What the decoder makes of the hex, or undefined if it is none of that. */
export function decoded<T>(hex: string, decode: (raw: Uint8Array) => T): T | undefined {
  try {
    return decode(bytesOf(hex))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** A transaction in either form; in which if `witness` is not given is tried in Core's order. */
export function decodeTransactionHex(hex: string, witness?: boolean): Transaction | undefined {
  const extended = witness === false ? undefined : decoded(hex, raw => decodeTransaction(raw))
  return extended ?? (witness === true ? undefined : decoded(hex, raw => decodeTransaction(raw, false)))
}

/** The script an address stands for, or -5 with the message. */
export function requireScript({ params }: RpcContext, address: string, message: string): Uint8Array {
  const found = addressToScript(address, params.address)
  if ('error' in found) throw new RpcError(rpcCode.invalidAddressOrKey, message)
  return found.script
}
