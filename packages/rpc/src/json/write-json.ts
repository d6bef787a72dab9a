import { isJsonArray, type JsonValue, RawJson } from './raw-json.js'

/** A number as Core prints doubles: sixteen significant digits, C's `%.16g`. */
export function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '0' : String(value)
  if (!Number.isFinite(value)) return 'null'
  const [digits = '', exponentText = '0'] = value.toExponential(15).split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) return stripZeros(value.toFixed(15 - exponent))
  const sign = exponent < 0 ? '-' : '+'
  return `${stripZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const stripZeros = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits)

/**
 * JSON text of a value. Members that are undefined are left out; bigints are integers; `RawJson` is copied. With an
 * `indent` it is laid out as `JSON.stringify` does it.
 */
export function writeJson(value: JsonValue | undefined, indent = 0): string {
  const parts: string[] = []
  write(parts, value ?? null, indent, '\n')
  return parts.join('')
}

function write(parts: string[], value: JsonValue, indent: number, line: string): void {
  if (typeof value === 'string') parts.push(JSON.stringify(value))
  else if (typeof value === 'number') parts.push(numberText(value))
  else if (typeof value === 'bigint' || value instanceof RawJson) parts.push(value.toString())
  else if (typeof value !== 'object' || value === null) parts.push(String(value))
  else if (isJsonArray(value)) {
    list(parts, '[]', value, indent, line, (item, inner) => write(parts, item, indent, inner))
  } else {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    list(parts, '{}', members, indent, line, ([name, member], inner) => {
      parts.push(JSON.stringify(name), indent ? ': ' : ':')
      write(parts, member as JsonValue, indent, inner)
    })
  }
}

function list<T>(
  parts: string[],
  brackets: string,
  items: readonly T[],
  indent: number,
  line: string,
  each: (item: T, line: string) => void,
): void {
  const inner = line + ' '.repeat(indent)
  parts.push(brackets.charAt(0))
  items.forEach((item, i) => {
    if (i > 0) parts.push(',')
    if (indent) parts.push(inner)
    each(item, inner)
  })
  if (indent && items.length > 0) parts.push(line)
  parts.push(brackets.charAt(1))
}
