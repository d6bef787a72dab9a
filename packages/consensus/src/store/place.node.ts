import { statSync } from 'node:fs'

/** What tells a folder from another of the same name; empty if there is none. */
export function placeOf(folder: string): string {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found ? `${found.dev}/${found.ino}` : ''
}
