/**
 * JSON as text: amounts such as 12.50000000 must reach the screen digit for digit, which parsing to numbers and
 * printing again would not do.
 */

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** The same JSON laid out as bitcoin-cli does it, every literal untouched: two spaces a level, empty lists on two lines. */
export function indentJson(json: string): string {
  const tokens = json.match(token) ?? []
  let depth = 0
  let out = ''
  const newline = (): string => `\n${'  '.repeat(depth)}`
  tokens.forEach((text, i) => {
    const next = tokens[i + 1]
    if (text === '{' || text === '[') {
      const empty = next === '}' || next === ']'
      depth++
      out += empty ? text : text + newline()
    } else if (text === '}' || text === ']') {
      depth--
      out += newline() + text
    } else if (text === ',') out += text + newline()
    else if (text === ':') out += ': '
    else out += text
  })
  return out
}

/** Text of a member of the outermost object; undefined if it has no such member. */
export function memberText(json: string, name: string): string | undefined {
  let depth = 0
  let start = -1
  let key = ''
  for (const found of json.matchAll(token)) {
    const text = found[0]
    const at = found.index
    const closes = text === '}' || text === ']'
    if (depth === 1 && start >= 0 && (text === ',' || closes)) {
      if (key === name) return json.slice(start, at).trim()
      start = -1
      key = ''
    } else if (depth === 1 && key === '' && text.startsWith('"')) key = JSON.parse(text) as string
    else if (depth === 1 && start < 0 && text === ':') start = at + 1
    if (text === '{' || text === '[') depth++
    if (closes) depth--
  }
  return undefined
}
