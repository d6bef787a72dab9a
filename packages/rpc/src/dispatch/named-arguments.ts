import { duplicateNames } from '../json/parse-json.js'
import { isJsonArray, type JsonObject, type JsonValue } from '../json/raw-json.js'
import type { Method, Param } from '../methods/method.js'
import { invalidParameter } from '../rpc-error.js'

const namesOf = (param: Param): readonly string[] => [param.name, ...(param.aliases ?? [])]

function refuseDuplicates(params: JsonObject): void {
  const twice = (params as { readonly [duplicateNames]?: readonly string[] })[duplicateNames]?.[0]
  if (twice !== undefined) throw invalidParameter(`Parameter ${twice} specified multiple times`)
}

/**
 * Puts named arguments in their positions, holes as nulls. The name `args` may hold the first ones as a list; it is an
 * error (-8) to name one of those too, or a parameter that does not exist.
 */
export function placeNamedArguments(method: Method, params: JsonObject): readonly JsonValue[] {
  refuseDuplicates(params)
  const rest = new Map<string, JsonValue>(Object.entries(params).map(([name, value]) => [name, value ?? null]))
  const placed: JsonValue[] = []
  let firstNamed = -1
  method.params.forEach((param, i) => {
    const name = namesOf(param).find(candidate => rest.has(candidate))
    if (name === undefined) return
    while (placed.length < i) placed.push(null)
    placed.push(rest.get(name) as JsonValue)
    rest.delete(name)
    if (firstNamed < 0) firstNamed = i
  })
  const positional = rest.get('args')
  rest.delete('args')
  const unknown = rest.keys().next()
  if (!unknown.done) throw invalidParameter(`Unknown named parameter ${unknown.value}`)
  if (positional === undefined) return placed
  if (!isJsonArray(positional)) throw invalidParameter('Unknown named parameter args')
  if (firstNamed >= 0 && firstNamed < positional.length) {
    const names = namesOf(method.params[firstNamed] as Param).join('|')
    throw invalidParameter(`Parameter ${names} specified twice both as positional and named argument`)
  }
  return [...positional, ...placed.slice(positional.length)]
}
