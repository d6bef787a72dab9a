import { formatAmount } from '@raistone/primitives'
import type { ArgType, Category, Method, Param } from '../methods/method.js'
import type { ResultCase, ScalarKind, Shape } from '../methods/shape.js'

const argWords: Readonly<Record<ArgType, string>> = {
  string: 'string',
  hex: 'string',
  number: 'numeric',
  amount: 'numeric or string',
  boolean: 'boolean',
  array: 'json array',
  object: 'json object',
  verbosity: 'numeric',
  any: 'any',
}

const shapeWords: Readonly<Record<ScalarKind, readonly [example: string, words: string]>> = {
  string: ['"str"', 'string'],
  hex: ['"hex"', 'string'],
  number: ['n', 'numeric'],
  amount: ['n', 'numeric'],
  boolean: ['true|false', 'boolean'],
  null: ['null', 'json null'],
  any: ['...', 'any'],
}

const optionalPart = (params: readonly Param[]): string => {
  const [first, ...rest] = params
  return first ? ` ( ${word(first)}${optionalPart(rest)} )` : ''
}

const word = (param: Param): string => {
  if (param.type === 'array') return '["..."]'
  if (param.type === 'object') return '{...}'
  return param.type === 'string' || param.type === 'hex' ? `"${param.name}"` : param.name
}

/** The method with its arguments on one line, optional ones in brackets. */
export function usageLine(method: Method): string {
  const required = method.params.filter(param => !param.optional)
  const optional = method.params.filter(param => param.optional)
  return [method.name, ...required.map(word)].join(' ') + optionalPart(optional)
}

function presence(param: Param): string {
  if (!param.optional) return 'required'
  if (param.defaultHint !== undefined) return `optional, default=${param.defaultHint}`
  const value = param.default
  if (value === undefined) return 'optional'
  if (typeof value === 'bigint') return `optional, default=${formatAmount(value)}`
  return `optional, default=${typeof value === 'string' ? JSON.stringify(value) : value}`
}

function argumentLines(params: readonly Param[]): string[] {
  const names = params.map((param, i) => `${i + 1}. ${param.name}`)
  const width = Math.max(...names.map(name => name.length)) + 4
  return params.map((param, i) => {
    const about = `(${argWords[param.type]}, ${presence(param)}) ${param.about}`
    return `${names[i]?.padEnd(width)}${about}`
  })
}

function shapeLines(shape: Shape, lead: string, indent: number): string[] {
  const pad = ' '.repeat(indent)
  const note = (words: string): string => `    (${words}${shape.optional ? ', optional' : ''}) ${shape.about}`.trimEnd()
  if (shape.kind === 'object') {
    const inner = Object.entries(shape.fields).flatMap(([name, field]) => shapeLines(field, `"${name}" : `, indent + 2))
    return [`${pad}${lead}{${note('json object')}`, ...inner, `${pad}}`]
  }
  if (shape.kind === 'array') {
    return [`${pad}${lead}[${note('json array')}`, ...shapeLines(shape.of, '', indent + 2), `${pad}]`]
  }
  if (shape.kind === 'map') {
    return [`${pad}${lead}{${note('json object')}`, ...shapeLines(shape.of, '"..." : ', indent + 2), `${pad}}`]
  }
  const [example, words] = shapeWords[shape.kind]
  return [`${pad}${lead}${example}${note(words)}`]
}

const resultLines = (results: readonly ResultCase[]): string[] =>
  results.flatMap(({ when, shape }) => [
    `Result${when === undefined ? '' : ` (for ${when})`}:`,
    ...shapeLines(shape, '', 0),
    '',
  ])

/** The whole explanation of a method: what `help NAME` prints, and the error for a wrong number of arguments. */
export function methodHelp(method: Method): string {
  const args = method.params.length > 0 ? ['Arguments:', ...argumentLines(method.params), ''] : []
  const examples = method.examples.map(words => `> raistone rpc ${method.name} ${words}`.trimEnd())
  const lines = [
    usageLine(method),
    '',
    method.about,
    '',
    ...args,
    ...resultLines(method.result),
    'Examples:',
    ...examples,
  ]
  return `${lines.join('\n')}\n`
}

/** One line for each method under its category. */
export function overview(methods: Iterable<Method>): string {
  const categories = new Map<Category, string[]>()
  for (const method of [...methods].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const lines = categories.get(method.category) ?? []
    categories.set(method.category, lines)
    lines.push(usageLine(method))
  }
  return [...categories]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([category, lines]) => `== ${category} ==\n${lines.join('\n')}`)
    .join('\n\n')
}
