import { isJsonObject, type JsonValue, jsonTypeName } from '../json/raw-json.js'
import { writeJson } from '../json/write-json.js'
import type { ArgType, Method, Param } from '../methods/method.js'
import { RpcError, rpcCode } from '../rpc-error.js'
import { methodHelp } from './help.js'
import { placeNamedArguments } from './named-arguments.js'
import { parseCoins } from './parse-coins.js'

interface Check {
  /** The JSON type that must come, in Core's words; undefined if the conversion judges. */
  readonly expected?: string
  convert(value: JsonValue, param: Param): unknown
}

const asItIs = (value: JsonValue): unknown => value

const int32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1]

function wholeNumber(value: JsonValue, { range: [least, most] = int32 }: Param): number {
  if (jsonTypeName(value) !== 'number') throw typeMismatch(value, 'number')
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new RpcError(rpcCode.misc, 'JSON integer out of range')
}

const mismatch = (got: string, expected: string): string =>
  `JSON value of type ${got} is not of expected type ${expected}`

/** The refusal of a value of the wrong JSON type (-3), in Core's words. */
export const typeMismatch = (value: JsonValue, expected: string): RpcError =>
  new RpcError(rpcCode.type, mismatch(jsonTypeName(value), expected))

const checks: Readonly<Record<ArgType, Check>> = {
  string: { expected: 'string', convert: asItIs },
  hex: { expected: 'string', convert: asItIs },
  number: { expected: 'number', convert: wholeNumber },
  amount: { convert: parseCoins },
  boolean: { expected: 'bool', convert: asItIs },
  array: { expected: 'array', convert: asItIs },
  object: { expected: 'object', convert: asItIs },
  verbosity: { convert: (value, param) => (typeof value === 'boolean' ? Number(value) : wholeNumber(value, param)) },
  any: { convert: asItIs },
}

const absent = (value: JsonValue | undefined): value is null | undefined => value === undefined || value === null

const isWrong = (param: Param, value: JsonValue | undefined): boolean => {
  if (param.optional && absent(value)) return false
  const { expected } = checks[param.type]
  return expected !== undefined && jsonTypeName(value) !== expected
}

function checkTypes(method: Method, given: readonly JsonValue[]): void {
  const wrong = method.params.flatMap((param, i) => {
    if (!isWrong(param, given[i])) return []
    const names = [param.name, ...(param.aliases ?? [])].join('|')
    const expected = checks[param.type].expected as string
    return [[`Position ${i + 1} (${names})`, mismatch(jsonTypeName(given[i]), expected)] as const]
  })
  if (wrong.length === 0) return
  throw new RpcError(rpcCode.type, `Wrong type passed:\n${writeJson(Object.fromEntries(wrong), 4)}`)
}

/**
 * Arguments by name, as handlers want them, from the `params` of a request. Throws what Core throws: the method's help
 * on a wrong count (-1), a list of type mismatches (-3), names that are unknown or come twice (-8).
 */
export function checkArguments(method: Method, params: JsonValue): Readonly<Record<string, unknown>> {
  const given = isJsonObject(params) ? placeNamedArguments(method, params) : (params as readonly JsonValue[])
  const required = method.params.filter(param => !param.optional).length
  if (given.length < required || given.length > method.params.length) {
    throw new RpcError(rpcCode.misc, methodHelp(method))
  }
  checkTypes(method, given)
  const args: Record<string, unknown> = {}
  method.params.forEach((param, i) => {
    const value = given[i]
    args[param.name] =
      absent(value) && param.optional ? param.default : checks[param.type].convert(value ?? null, param)
  })
  return args
}
