import { type JsonValue, RawJson } from './raw-json.js'

/** Text that is not JSON, or nested deeper than anybody needs. */
export class JsonError extends Error {
  constructor(readonly offset: number) {
    super(`not JSON at offset ${offset}`)
    this.name = 'JsonError'
  }
}

/** Arrays and objects within each other, at most; Core's UniValue has the same limit. */
export const MAX_JSON_DEPTH = 512

const space = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const literals: readonly (readonly [string, JsonValue])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** Small whole numbers become numbers; every other number keeps its text, so that no amount passes through a double. */
const exactNumber = (text: string): JsonValue => (/^-?\d{1,15}$/.test(text) ? Number(text) : new RawJson(text))

class JsonReader {
  at = 0
  constructor(readonly text: string) {}

  value(depth: number): JsonValue {
    if (depth > MAX_JSON_DEPTH) throw this.error()
    const first = this.text[this.at]
    if (first === '"') return this.string()
    if (first === '[') return this.array(depth)
    if (first === '{') return this.object(depth)
    for (const [word, meaning] of literals) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return meaning
    }
    return exactNumber(this.match(number))
  }

  object(depth: number, each?: (name: string, valueText: string) => void): JsonValue {
    const members: [string, JsonValue][] = []
    this.list('}', () => {
      const name = this.text[this.at] === '"' ? this.string() : this.fail()
      this.skip()
      this.expect(':')
      this.skip()
      const start = this.at
      members.push([name, this.value(depth + 1)])
      each?.(name, this.text.slice(start, this.at))
    })
    return Object.assign(Object.fromEntries(members), duplicateMark(members))
  }

  skip(): void {
    this.match(space)
  }

  private array(depth: number): JsonValue {
    const items: JsonValue[] = []
    this.list(']', () => items.push(this.value(depth + 1)))
    return items
  }

  private list(close: string, item: () => void): void {
    this.at++
    this.skip()
    if (this.text[this.at] === close) {
      this.at++
      return
    }
    for (;;) {
      item()
      this.skip()
      if (this.text[this.at] === close) break
      this.expect(',')
      this.skip()
    }
    this.at++
  }

  /** The end is found by search and the text between is left to JSON.parse: long hex is read at full speed. */
  private string(): string {
    const start = this.at
    let end = start
    do {
      end = this.text.indexOf('"', end + 1)
      if (end < 0) throw this.error()
    } while (this.escaped(end, start))
    this.at = end + 1
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string
    } catch {
      throw new JsonError(start)
    }
  }

  private escaped(quote: number, start: number): boolean {
    let slashes = 0
    while (quote - 1 - slashes > start && this.text[quote - 1 - slashes] === '\\') slashes++
    return slashes % 2 === 1
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (!found) throw this.error()
    this.at = pattern.lastIndex
    return found[0]
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw this.error()
    this.at++
  }

  private fail(): never {
    throw this.error()
  }

  private error(): JsonError {
    return new JsonError(this.at)
  }
}

/** Names that came more than once in an object, for whoever must refuse them. */
export const duplicateNames = Symbol('duplicate names')

function duplicateMark(members: readonly (readonly [string, JsonValue])[]): object {
  const names = new Set<string>()
  const twice = members.filter(([name]) => names.size === names.add(name).size).map(([name]) => name)
  return twice.length > 0 ? { [duplicateNames]: twice } : {}
}

function whole<T>(text: string, read: (reader: JsonReader) => T): T {
  const reader = new JsonReader(text)
  reader.skip()
  const value = read(reader)
  reader.skip()
  if (reader.at < text.length) throw new JsonError(reader.at)
  return value
}

/** Parses one JSON value without rounding any number; throws a JsonError. */
export const parseJson = (text: string): JsonValue => whole(text, reader => reader.value(0))

/** The members of an object as the texts they were written in; throws a JsonError if it is none. */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  whole(text, reader => {
    if (reader.text[reader.at] !== '{') throw new JsonError(reader.at)
    return reader.object(0, (name, valueText) => members.set(name, valueText))
  })
  return members
}
