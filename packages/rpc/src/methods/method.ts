import type { Sats } from '@raistone/primitives'
import type { JsonObject, JsonValue } from '../json/raw-json.js'
import type { ResultCase } from './shape.js'

export type Category = 'Blockchain' | 'Control' | 'Mining' | 'Network' | 'Rawtransactions' | 'Util'

/** What each type of argument is once the server has checked it. */
export interface ArgTypes {
  string: string
  hex: string
  number: number
  /** Coins on the wire, as a number or a string; satoshis here. */
  amount: Sats
  boolean: boolean
  array: readonly JsonValue[]
  object: JsonObject
  /** A number, or a boolean as older clients send it: true is 1. */
  verbosity: number
  /** Whatever JSON there is; the handler judges it. */
  any: JsonValue
}

export type ArgType = keyof ArgTypes

export interface Param {
  readonly name: string
  readonly type: ArgType
  readonly about: string
  /** Other names it may be given by. */
  readonly aliases?: readonly string[]
  readonly optional?: boolean
  /** Smallest and largest whole number Core's type for it holds; 32 bits with a sign if left out. */
  readonly range?: readonly [least: number, most: number]
  /** What an absent optional argument becomes. */
  readonly default?: string | number | boolean | Sats
  /** The default in words, where it is no constant. */
  readonly defaultHint?: string
}

export interface MethodRow {
  readonly category: Category
  readonly about: string
  readonly params: readonly Param[]
  readonly result: readonly ResultCase[]
  /** Arguments of example calls, as typed after the name on a command line. */
  readonly examples: readonly string[]
}

export interface Method<Name extends string = string, P extends readonly Param[] = readonly Param[]> extends MethodRow {
  readonly name: Name
  readonly params: P
}

type ArgOf<P extends Param> = P extends { optional: true }
  ? P extends { default: unknown }
    ? ArgTypes[P['type']]
    : ArgTypes[P['type']] | undefined
  : ArgTypes[P['type']]

/** Arguments by name, checked and with their defaults. */
export type ArgsOf<M extends MethodRow> = { readonly [P in M['params'][number] as P['name']]: ArgOf<P> }

/** Declares one row of the table. */
export function method<const Name extends string, const P extends readonly Param[]>(
  name: Name,
  row: Omit<MethodRow, 'params'> & { readonly params: P },
): Method<Name, P> {
  return { name, ...row }
}
