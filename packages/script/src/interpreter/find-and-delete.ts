import { ScriptCursor } from '../script/cursor.js'
import { pushData } from '../script/push.js'

const startsAt = (script: Uint8Array, at: number, pattern: Uint8Array): boolean => {
  if (pattern.length > script.length - at) return false
  for (let i = 0; i < pattern.length; i++) if (script[at + i] !== pattern[i]) return false
  return true
}

/**
 * Quirk of scripts before BIP-0143: a signature cannot sign itself, so its push is cut out of the script code
 * wherever an operation begins with it. Compared are bytes, so a push of the same data with another length prefix
 * stays, and so does one inside other data. Undefined if the script has no such push.
 */
export function findAndDelete(script: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const pattern = pushData(signature)
  if (pattern.length > script.length) return undefined
  let kept: Uint8Array | undefined
  let length = 0
  let from = 0
  const keep = (to: number): void => {
    kept ??= new Uint8Array(script.length)
    kept.set(script.subarray(from, to), length)
    length += to - from
  }
  const at = new ScriptCursor(script)
  do {
    // What follows a cut is again where an operation begins.
    while (startsAt(script, at.next, pattern)) {
      keep(at.next)
      at.next += pattern.length
      from = at.next
    }
  } while (at.advance())
  if (!kept) return undefined
  keep(script.length)
  return kept.subarray(0, length)
}
