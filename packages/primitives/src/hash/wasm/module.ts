/** Instructions, or any other part of a module, as bytes. */
export type Code = readonly number[]

/** The parts one behind the other. */
export const code = (...parts: readonly Code[]): Code => ([] as number[]).concat(...parts)

/** Types of parameters, results and locals. */
export const I32 = 0x7f
export const V128 = 0x7b
export type ValueType = typeof I32 | typeof V128

/** A function of a module; others call it by its place in the list. */
export interface WasmFunction {
  readonly parameters: readonly ValueType[]
  readonly result?: ValueType
  /** Beyond the parameters, which are the first locals. */
  readonly locals: readonly ValueType[]
  readonly body: Code
}

/** An unsigned number as LEB128, the format's variable length. */
export function unsigned(n: number): Code {
  const out: number[] = []
  let rest = n
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  out.push(rest)
  return out
}

/** A signed 32-bit number as LEB128. */
export function signed(n: number): Code {
  const out: number[] = []
  let rest = n | 0
  for (; rest < -0x40 || rest > 0x3f; rest >>= 7) out.push((rest & 0x7f) | 0x80)
  out.push(rest & 0x7f)
  return out
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const
const FUNCTION_KIND = [0]
const MEMORY_KIND = [2]
const NO_UPPER_LIMIT = [0]
const FUNCTION_TYPE = [0x60]
const END = [0x0b]

const sized = (content: Code): Code => code(unsigned(content.length), content)
const vector = (items: readonly Code[]): Code => code(unsigned(items.length), ...items)
const section = (id: number, items: readonly Code[]): Code => code([id], sized(vector(items)))
const name = (text: string): Code => sized([...new TextEncoder().encode(text)])

const typeOf = ({ parameters, result }: WasmFunction): Code =>
  code(FUNCTION_TYPE, sized(parameters), sized(result === undefined ? [] : [result]))

const codeOf = ({ locals, body }: WasmFunction): Code => sized(code(vector(locals.map(type => [1, type])), body, END))

/**
 * A WebAssembly module in the binary format, as much of it as is needed here: functions, exported under their names,
 * over one memory, which is imported as `js.memory`.
 */
export function assemble(named: Readonly<Record<string, WasmFunction>>): Uint8Array<ArrayBuffer> {
  const functions = Object.values(named)
  const memory = code(name('js'), name('memory'), MEMORY_KIND, NO_UPPER_LIMIT, unsigned(1))
  return new Uint8Array(
    code(
      MAGIC_AND_VERSION,
      section(sections.type, functions.map(typeOf)),
      section(sections.import, [memory]),
      section(
        sections.function,
        functions.map((_, i) => unsigned(i)),
      ),
      section(
        sections.export,
        Object.keys(named).map((each, i) => code(name(each), FUNCTION_KIND, unsigned(i))),
      ),
      section(sections.code, functions.map(codeOf)),
    ),
  )
}
