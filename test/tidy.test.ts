import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { importedPath, root, type SourceFile, sourceFiles } from './source-tree.js'

/** Who may import whom: the arrows of docs/architecture.md. Nothing imports upward. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  primitives: [],
  script: ['primitives'],
  consensus: ['primitives', 'script'],
  mempool: ['primitives', 'script', 'consensus'],
  mining: ['primitives', 'script', 'consensus', 'mempool'],
  network: ['primitives', 'consensus', 'mempool'],
  wallet: ['primitives', 'script', 'consensus'],
  rpc: ['primitives'],
  node: ['primitives', 'script', 'consensus', 'mempool', 'mining', 'network', 'wallet', 'rpc'],
  testkit: ['primitives', 'script', 'consensus'],
}

const files = sourceFiles()
const byPath = new Map(files.map(file => [file.path, file]))

const isNodeOnly = (file: SourceFile): boolean =>
  file.package === 'node' ||
  file.package === 'testkit' ||
  file.path.startsWith('packages/rpc/src/server/') ||
  file.path.endsWith('.node.ts')

const isPure = (file: SourceFile): boolean =>
  (file.package === 'primitives' && !file.path.includes('/curve/')) ||
  file.package === 'script' ||
  file.path.startsWith('packages/consensus/src/rules/') ||
  file.path.startsWith('packages/consensus/src/pow/')

const offenders = (where: (file: SourceFile) => boolean, pattern: RegExp): string[] =>
  files.filter(where).flatMap(file => [...file.code.matchAll(pattern)].map(match => `${file.path}: ${match[0].trim()}`))

describe('borders', () => {
  test('packages import along the arrows only', () => {
    const wrong = files.flatMap(file =>
      file.imports
        .map(specifier => /^@raistone\/([^/]+)/.exec(specifier)?.[1])
        .filter(target => target !== undefined && !arrows[file.package]?.includes(target))
        .map(target => `${file.path} imports @raistone/${target}`),
    )
    expect(wrong).toEqual([])
  })

  test('relative imports stay within the package, exist, and never name the own index', () => {
    const wrong = files.flatMap(file =>
      file.imports
        .filter(specifier => specifier.startsWith('.'))
        .map(specifier => importedPath(file, specifier))
        .filter(
          path =>
            !path.startsWith(`packages/${file.package}/src/`) ||
            path === `packages/${file.package}/src/index.ts` ||
            !byPath.has(path),
        )
        .map(path => `${file.path} imports ${path}`),
    )
    expect(wrong).toEqual([])
  })

  test('no file is part of an import cycle, types included', () => {
    expect(findCycle()).toBeUndefined()
  })

  test('manifests and project references name exactly the packages that are imported', () => {
    for (const name of Object.keys(arrows)) {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>
      }
      const declared = Object.keys(manifest.dependencies ?? {})
        .filter(dependency => dependency.startsWith('@raistone/'))
        .map(dependency => dependency.slice('@raistone/'.length))
      const allowed = arrows[name] ?? []
      expect({ name, extra: declared.filter(dependency => !allowed.includes(dependency)) }).toEqual({ name, extra: [] })
    }
  })
})

describe('banned names', () => {
  test('portable packages know neither node: modules nor Buffer nor process', () => {
    const portable = (file: SourceFile): boolean => !isNodeOnly(file)
    const imports = files
      .filter(portable)
      .flatMap(file => file.imports.filter(name => name.startsWith('node:')).map(name => `${file.path}: ${name}`))
    expect([...imports, ...offenders(portable, /\bBuffer\b|\bprocess\.|\b__dirname\b/g)]).toEqual([])
  })

  test('portable packages import no Node-only file', () => {
    const wrong = files
      .filter(file => !isNodeOnly(file))
      .flatMap(file => file.imports.filter(name => /\.node\.js$/.test(name)).map(name => `${file.path}: ${name}`))
    expect(wrong).toEqual([])
  })

  test('pure code sees no clock, no randomness, no promise and no floating-point power', () => {
    const pattern =
      /\bDate\b|\bperformance\b|\bMath\.(?:pow|random|exp|log\w*|sqrt)\b|\bcrypto\b|\bsetTimeout\b|\bsetInterval\b|\basync\b|\bawait\b|\bPromise\b/g
    expect(offenders(isPure, pattern)).toEqual([])
  })

  test('nothing is named util, helper or manager', () => {
    expect(files.map(file => file.path).filter(path => /util|helper|manager/i.test(path))).toEqual([])
  })
})

/** Depth-first search; the first cycle found as a list of paths. */
function findCycle(): readonly string[] | undefined {
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  const visit = (path: string): readonly string[] | undefined => {
    if (state.get(path) === 'done') return undefined
    if (state.get(path) === 'open') return [...trail.slice(trail.indexOf(path)), path]
    state.set(path, 'open')
    trail.push(path)
    const file = byPath.get(path)
    for (const specifier of file?.imports ?? []) {
      const found = file && specifier.startsWith('.') ? visit(importedPath(file, specifier)) : undefined
      if (found) return found
    }
    trail.pop()
    state.set(path, 'done')
    return undefined
  }
  for (const file of files) {
    const cycle = visit(file.path)
    if (cycle) return cycle
  }
  return undefined
}
