import { formatAmount, type Sats } from '@raistone/primitives'

/** JSON text that goes out, or came in, exactly as it stands: numbers that a double cannot hold. */
export class RawJson {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

/** Coins with eight decimals, as a JSON number. */
export const amount = (sats: Sats): RawJson => new RawJson(formatAmount(sats))

export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | RawJson
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined }
export type JsonObject = { readonly [name: string]: JsonValue | undefined }

export const isJsonArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value)

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson)

/** Core's word for what a JSON value is, as its type errors have it. */
export function jsonTypeName(value: JsonValue | undefined): 'null' | 'bool' | 'number' | 'string' | 'array' | 'object' {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof RawJson) return 'number'
  return Array.isArray(value) ? 'array' : 'object'
}
