import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Public test vectors, read in place; undefined where there are none. */
export const vectorsFolder = (): string | undefined => process.env.RAISTONE_VECTORS || undefined

/** Chains made by Bitcoin Core, read in place; undefined where there are none. */
export const chainsFolder = (): string | undefined => process.env.RAISTONE_CHAINS || undefined

/**
 * Whether a suite that reads a public folder can run. Without the folder it says so in one line and the suite skips,
 * unless RAISTONE_REQUIRE_VECTORS=1 asks for it: then this throws.
 *
 * `describe.skip` or `describe` follows from it: `(canRead('vectors') ? describe : describe.skip)('…', …)`.
 */
export function canRead(what: 'vectors' | 'chains'): boolean {
  const [variable, folder] =
    what === 'vectors' ? ['RAISTONE_VECTORS', vectorsFolder()] : ['RAISTONE_CHAINS', chainsFolder()]
  if (folder) return true
  if (process.env.RAISTONE_REQUIRE_VECTORS === '1') throw new Error(`${variable} is not set, and must be`)
  process.stderr.write(`skipped: ${variable} is not set\n`)
  return false
}

const folders = new Set<string>()
let guarding = false

/** A new empty folder; `removeTempDirs` removes it, and so does the end of the process. */
export function tempDir(): string {
  if (!guarding) process.once('exit', removeTempDirs)
  guarding = true
  const folder = mkdtempSync(join(tmpdir(), 'raistone-test-'))
  folders.add(folder)
  return folder
}

/** Removes every folder that `tempDir` made. */
export function removeTempDirs(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  folders.clear()
}
