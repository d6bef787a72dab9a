import { concatBytes, DecodeError, type Reader, uncompressedKey, type Writer } from '@raistone/primitives'
import { isPayToScriptHash, isUncompressedKey, MAX_SCRIPT_SIZE, opcode } from '@raistone/script'
import { readVarint, varintSize, writeVarint } from './varint.js'

/** Forms that are named by a number instead of a length (Core: compressor.h). */
const form = { keyHash: 0, scriptHash: 1, evenKey: 2, oddKey: 3, evenFullKey: 4, oddFullKey: 5 } as const
const FORMS = 6

const HASH_BYTES = 20
const X_BYTES = 32

const keyHashHead = Uint8Array.of(opcode.OP_DUP, opcode.OP_HASH160, HASH_BYTES)
const keyHashTail = Uint8Array.of(opcode.OP_EQUALVERIFY, opcode.OP_CHECKSIG)

const isPayToKeyHash = (script: Uint8Array): boolean =>
  script.length === 25 &&
  keyHashHead.every((byte, i) => script[i] === byte) &&
  keyHashTail.every((byte, i) => script[23 + i] === byte)

/** The key of a script that pays to a key in the open. */
function keyOf(script: Uint8Array): Uint8Array | undefined {
  const { length } = script
  if (script[0] !== length - 2 || script[length - 1] !== opcode.OP_CHECKSIG) return undefined
  return script.subarray(1, length - 1)
}

/** The script in the shortest form that it has: a form's number and what it is about, if it is of a known form. */
function special(script: Uint8Array): { readonly form: number; readonly of: Uint8Array } | undefined {
  if (isPayToKeyHash(script)) return { form: form.keyHash, of: script.subarray(3, 23) }
  if (isPayToScriptHash(script)) return { form: form.scriptHash, of: script.subarray(2, 22) }
  if (script.length !== 35 && script.length !== 67) return undefined
  const key = keyOf(script)
  if (!key) return undefined
  const first = key[0] as number
  if (key.length === 33 && (first === 2 || first === 3)) return { form: first, of: key.subarray(1) }
  // A key that is no point could not be made again from its x.
  if (!isUncompressedKey(key) || !uncompressedKey(key)) return undefined
  return { form: ((key[64] as number) & 1) === 0 ? form.evenFullKey : form.oddFullKey, of: key.subarray(1, 33) }
}

export function compressedScriptSize(script: Uint8Array): number {
  const found = special(script)
  return found ? 1 + found.of.length : varintSize(BigInt(script.length + FORMS)) + script.length
}

export function writeCompressedScript(writer: Writer, script: Uint8Array): void {
  const found = special(script)
  writeVarint(writer, BigInt(found ? found.form : script.length + FORMS))
  writer.raw(found ? found.of : script)
}

const payToKey = (key: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(key.length), key, Uint8Array.of(opcode.OP_CHECKSIG))

function readFullKey(reader: Reader, parity: number): Uint8Array {
  const start = reader.offset
  const key = uncompressedKey(concatBytes(Uint8Array.of(2 + parity), reader.raw(X_BYTES)))
  if (!key) throw new DecodeError('a public key that is no point of the curve', start)
  return payToKey(key)
}

/** Copies what it returns. Throws a DecodeError. */
export function readCompressedScript(reader: Reader): Uint8Array {
  const start = reader.offset
  const size = readVarint(reader)
  switch (Number(size)) {
    case form.keyHash:
      return concatBytes(keyHashHead, reader.raw(HASH_BYTES), keyHashTail)
    case form.scriptHash:
      return concatBytes(
        Uint8Array.of(opcode.OP_HASH160, HASH_BYTES),
        reader.raw(HASH_BYTES),
        Uint8Array.of(opcode.OP_EQUAL),
      )
    case form.evenKey:
    case form.oddKey:
      return payToKey(concatBytes(Uint8Array.of(Number(size)), reader.raw(X_BYTES)))
    case form.evenFullKey:
      return readFullKey(reader, 0)
    case form.oddFullKey:
      return readFullKey(reader, 1)
  }
  const length = size - BigInt(FORMS)
  if (length > BigInt(MAX_SCRIPT_SIZE)) throw new DecodeError(`a script of ${length} bytes`, start)
  return Uint8Array.from(reader.raw(Number(length)))
}
