import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of the files in these folders; one that goes away meanwhile counts nothing. */
export async function diskUse(...folders: readonly string[]): Promise<number> {
  let bytes = 0
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      bytes += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      )
    }
  }
  return bytes
}
