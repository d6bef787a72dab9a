// Puts libp2p into one file for Node.js, unless that is done: loading its 600 small modules takes longer than all else
// that a node does when it starts.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'packages', 'network', 'dist', 'src', 'host')
const source = join(folder, 'libp2p.js')
const bundle = join(folder, 'libp2p.bundle.js')
const installed = join(root, 'node_modules', '.package-lock.json')

const changedMs = file => (existsSync(file) ? statSync(file).mtimeMs : 0)

if (changedMs(bundle) <= Math.max(changedMs(source), changedMs(installed)))
  await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    logLevel: 'error',
  })
