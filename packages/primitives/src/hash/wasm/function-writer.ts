import { get, i32, set } from './instructions.js'
import { type Code, code, type ValueType, type WasmFunction } from './module.js'
import type { WordKind } from './words.js'

/** The address that offsets are added to where nothing else is said. */
export const START = i32.const(0)

/** Writes a function over words of one kind. */
export class FunctionWriter {
  private readonly locals: ValueType[] = []
  private readonly parts: Code[] = []

  constructor(
    readonly kind: WordKind,
    private readonly parameters: readonly ValueType[] = [],
  ) {}

  /** What was written. */
  end(result?: ValueType): WasmFunction {
    const { parameters, locals } = this
    return { parameters, locals, body: code(...this.parts), ...(result === undefined ? {} : { result }) }
  }

  /** A new local; for a word if nothing else is said. */
  local(type = this.kind.type): number {
    return this.parameters.length + this.locals.push(type) - 1
  }

  run(...parts: readonly Code[]): void {
    this.parts.push(...parts)
  }

  /** What `write` writes, to be used elsewhere in the function. */
  block(write: () => void): Code {
    const from = this.parts.length
    write()
    return code(...this.parts.splice(from))
  }

  /** Puts a value into a local, whose number is returned. */
  assign(local: number, value: Code): number {
    this.run(value, set(local))
    return local
  }

  /** A value in a local of its own, which can be read again and again. */
  keep(value: Code, type = this.kind.type): Code {
    return get(this.assign(this.local(type), value))
  }

  /** Words in memory, one behind the other. */
  words(offset: number, count: number, address = START): Code[] {
    return Array.from({ length: count }, (_, i) => this.kind.load(address, offset + i * this.kind.size))
  }

  /** Stores words one behind the other. */
  store(offset: number, words: readonly Code[]): void {
    for (const [i, word] of words.entries()) this.run(this.kind.store(START, offset + i * this.kind.size, word))
  }
}
