import { parseJson } from '../json/parse-json.js'
import type { JsonValue } from '../json/raw-json.js'
import type { ArgType, Param } from '../methods/method.js'
import { findMethod } from '../methods/table.js'
import type { RpcParams } from './rpc-client.js'

/** A word that should have been JSON. */
export class WordError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WordError'
  }
}

/** Types whose words go out as strings, whatever they look like. */
const textTypes: ReadonlySet<ArgType> = new Set(['string', 'hex'])

const isText = (param: Param | undefined): boolean => param === undefined || textTypes.has(param.type)

/** What is no text must be JSON, as bitcoin-cli has it. */
function wordValue(param: Param | undefined, word: string): JsonValue {
  if (isText(param)) return word
  try {
    return parseJson(word)
  } catch {
    throw new WordError(`Error parsing JSON: ${word}`)
  }
}

/** Arguments of a call as typed on a command line: which are JSON and which are text is the table's to say. */
export function paramsFromWords(methodName: string, words: readonly string[], named: boolean): RpcParams {
  const params = findMethod(methodName)?.params ?? []
  if (!named) return words.map((word, i) => wordValue(params[i], word))
  return namedParams(params, words)
}

/** Words with `NAME=` are named, a later one in place of an earlier; the others are positional and go into `args`. */
function namedParams(params: readonly Param[], words: readonly string[]): Readonly<Record<string, JsonValue>> {
  const out: Record<string, JsonValue> = {}
  const positional: JsonValue[] = []
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals < 0) {
      positional.push(wordValue(params[positional.length], word))
      continue
    }
    const name = word.slice(0, equals)
    const param = params.find(candidate => candidate.name === name || candidate.aliases?.includes(name))
    out[name] =
      name === 'args' && !param ? parseJsonWord(word.slice(equals + 1)) : wordValue(param, word.slice(equals + 1))
  }
  return positional.length > 0 ? { ...out, args: positional } : out
}

const parseJsonWord = (word: string): JsonValue => wordValue({ name: 'args', type: 'any', about: '' }, word)
