// A folder for one measurement.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs with a folder of its own, which is gone afterwards. */
export async function withFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'raistone-bench-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
