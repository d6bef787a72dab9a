import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Modules by file name, which import one another as siblings. */
export type Bundle = ReadonlyMap<string, string>

/** The file of the bundle to import. */
export const ENTRY = 'compute.mjs'
/** The one to import before, to be in another engine. */
export const OTHER_ENGINE = 'other-engine.mjs'

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/**
 * `compute.ts` with all that it imports, for browsers: a Node global or module in it fails the run. What is imported
 * late stays a file of its own, for libauth has import cycles that do not survive being wrapped into functions.
 * Without powers, `Math.pow` is called where the source has `**`.
 */
export async function bundleCompute({ hasPowers }: { readonly hasPowers: boolean }): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: ['compute.js', 'other-engine.js'].map(beside),
    alias: { 'secp256k1/bindings.js': beside('portable-signer.js') },
    bundle: true,
    splitting: true,
    write: false,
    outdir: '.',
    outExtension: { '.js': '.mjs' },
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    supported: { 'exponent-operator': hasPowers },
    logLevel: 'error',
  })
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]))
}
