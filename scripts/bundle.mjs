// Bundles every portable package for the browser: a `node:` import or a Node global that slips in fails here.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const NODE_ONLY = new Set(['node', 'testkit'])
const names = readdirSync(join(root, 'packages')).filter(name => !NODE_ONLY.has(name))

for (const name of names) {
  const entry = join(root, 'packages', name, 'dist', 'src', 'index.js')
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  }).catch(() => process.exit(1))
  const text = result.outputFiles[0].text
  if (/\bBuffer\.from\b|\bprocess\.nextTick\b/.test(text) && !allowed(name)) {
    console.error(`${name}: the browser bundle uses a Node global`)
    process.exit(1)
  }
  console.log(`${name.padEnd(12)} ${(text.length / 1024).toFixed(0).padStart(5)} kB`)
}

/** Packages whose libraries look for Node's globals before they use them. */
function allowed(name) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  return 'libp2p' in (manifest.dependencies ?? {}) || 'level' in (manifest.dependencies ?? {})
}
