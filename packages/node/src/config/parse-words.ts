import { usageError } from '../cli/cli-error.js'
import type { Command, Option } from './option.js'
import { optionTable } from './option-table.js'

/** Command-line words taken apart: options by name, and the operands in their order. */
export interface Parsed {
  readonly options: Map<string, string[]>
  readonly operands: readonly string[]
  readonly help: 'no' | 'short' | 'all'
}

const optionsOf = (command: Command): ReadonlyMap<string, Option> =>
  new Map(optionTable.filter(option => option.of.includes(command)).map(option => [option.name, option]))

interface Match {
  readonly option: Option
  readonly negated: boolean
}

/** Core's `-noname` is `-name=0`. */
function match(name: string, known: ReadonlyMap<string, Option>): Match | undefined {
  const option = known.get(name)
  if (option) return { option, negated: false }
  const bare = name.startsWith('no-') ? name.slice(3) : name.startsWith('no') ? name.slice(2) : ''
  const opposite = known.get(bare)
  return opposite ? { option: opposite, negated: true } : undefined
}

const isOption = (word: string): boolean => /^--?[a-zA-Z?]/.test(word)

/**
 * Reads one or two dashes alike, `--name value`, `--name=value` and `-noname`. With `operandsLast`, everything
 * after the first operand is an operand, as bitcoin-cli has it (`rpc getblockhash -1`).
 */
export function parseWords(words: readonly string[], command: Command, operandsLast = false): Parsed {
  const known = optionsOf(command)
  const options = new Map<string, string[]>()
  const operands: string[] = []
  let help: Parsed['help'] = 'no'
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--') {
      operands.push(...words.slice(i + 1))
      break
    }
    if (!isOption(word)) {
      operands.push(word)
      if (!operandsLast) continue
      operands.push(...words.slice(i + 1))
      break
    }
    const [name, given] = split(word)
    if (name === 'help' || name === 'h' || name === '?' || name === 'help-all') {
      help = name === 'help-all' ? 'all' : 'short'
      continue
    }
    const found = match(name, known)
    if (!found) throw usageError(`unknown option --${name} of raistone ${command}; see raistone ${command} --help`)
    const value = given ?? (found.option.kind === 'flag' ? '1' : found.negated ? '1' : words[++i])
    if (value === undefined) throw usageError(`--${name} needs a value: ${found.option.value ?? ''}`)
    add(options, found, value)
  }
  return { options, operands, help }
}

function split(word: string): readonly [string, string | undefined] {
  const bare = word.replace(/^--?/, '')
  const at = bare.indexOf('=')
  return at < 0 ? [bare, undefined] : [bare.slice(0, at), bare.slice(at + 1)]
}

const isFalse = (value: string): boolean => value === '0' || value === 'false' || value === 'no' || value === 'off'

const isTrue = (value: string): boolean =>
  value === '' || value === '1' || value === 'true' || value === 'yes' || value === 'on'

/** `-noname` empties a list and turns a flag or a text off; `-noname=0` turns it on again. */
export function add(options: Map<string, string[]>, { option, negated }: Match, value: string): void {
  const { name, kinds } = option
  if (kinds && !isFalse(value) && !isTrue(value) && !kinds.includes(value))
    throw usageError(`--${name} ${value}: not ${['0', '1', ...kinds].join(', ')}`)
  if (option.kind === 'flag') options.set(option.name, [isFalse(value) === negated ? '1' : '0'])
  else if (negated) options.set(option.name, isFalse(value) ? [''] : [])
  else if (option.kind === 'list') options.set(option.name, [...(options.get(option.name) ?? []), value])
  else options.set(option.name, [value])
}

/** Looks an option up by the name a variable or a configuration file uses for it. */
export const matchOption = (name: string): Match | undefined =>
  match(name, new Map(optionTable.map(option => [option.name, option])))
