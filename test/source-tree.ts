import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout this test runs in. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface SourceFile {
  /** Path from the root of the checkout. */
  readonly path: string
  readonly package: string
  readonly text: string
  /** The text without comments and string contents: what may be searched for names. */
  readonly code: string
  /** Modules it imports, as written. */
  readonly imports: readonly string[]
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

const stripComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')

const stripStrings = (text: string): string => text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")

function* walk(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (path.endsWith('.ts')) yield path
  }
}

/** Every source file of every package, tests left out. */
export function sourceFiles(): readonly SourceFile[] {
  const names = readdirSync(join(root, 'packages'))
  return names.flatMap(name =>
    [...walk(join(root, 'packages', name, 'src'))].map(path => {
      const text = readFileSync(path, 'utf8')
      const bare = stripComments(text)
      const imports = [...bare.matchAll(importPattern)].map(match => (match[1] ?? match[2]) as string)
      return { path: relative(root, path), package: name, text, code: stripStrings(bare), imports }
    }),
  )
}

/** Path of the source file that a relative import of `file` names. */
export const importedPath = (file: SourceFile, specifier: string): string =>
  relative(root, resolve(root, dirname(file.path), specifier)).replace(/\.js$/, '.ts')
