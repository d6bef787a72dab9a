import { failure } from '../cli/cli-error.js'

/** `name=value` lines by section; the lines before any section are under ''. */
export type ConfSections = ReadonlyMap<string, readonly (readonly [string, string])[]>

/**
 * Parses raistone.conf and bitcoin.conf: `name=value`, `#` comments, `[chain]` sections, `chain.name=value`. Errors name
 * the line and do not repeat it: a password may stand there.
 */
export function readConfFile(text: string, file: string): ConfSections {
  const sections = new Map<string, (readonly [string, string])[]>()
  let section = ''
  const put = (where: string, name: string, value: string): void => {
    sections.set(where, [...(sections.get(where) ?? []), [name, value]])
  }
  text.split(/\r?\n/).forEach((line, i) => {
    const content = line.replace(/#.*$/, '').trim()
    const heading = /^\[([^\]]+)\]$/.exec(content)
    if (heading) section = heading[1] as string
    else if (content !== '') {
      const at = content.indexOf('=')
      if (at < 1) throw failure(`${file}, line ${i + 1}: not name=value`)
      const name = content.slice(0, at).trim().replace(/^-+/, '')
      const value = content.slice(at + 1).trim()
      if (name.endsWith('rpcpassword') && line.includes('#'))
        throw failure(`${file}, line ${i + 1}: a # begins a comment; choose an rpcpassword without it`)
      const dot = name.indexOf('.')
      if (dot > 0) put(name.slice(0, dot), name.slice(dot + 1), value)
      else put(section, name, value)
    }
  })
  return sections
}
