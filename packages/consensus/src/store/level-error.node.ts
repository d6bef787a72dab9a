/** What LevelDB says of a failure, in its own words. */
interface LevelReason {
  readonly code: string
  readonly why: string
}

/** abstract-level hands on what LevelDB says, or wraps it in a cause when a database does not open. */
function reasonOf(error: unknown): LevelReason {
  for (let at = error; at && typeof at === 'object'; at = 'cause' in at ? at.cause : undefined) {
    const code = 'code' in at ? String(at.code) : ''
    if (/^LEVEL_(CORRUPTION|IO_ERROR|LOCKED)$/.test(code))
      return { code, why: 'message' in at ? String(at.message) : code }
  }
  return { code: '', why: error instanceof Error ? error.message : String(error) }
}

/** A file that others name is gone. Other failures to read, such as too many open files, are no damage. */
const fileIsMissing = /(No such file or directory|cannot find the (file|path) specified)\.?\s*$/i

/** Damage is what no second try can read; all else may be another matter tomorrow. */
export function whatFailed(error: unknown): { readonly kind: 'damaged' | 'locked' | 'failed'; readonly why: string } {
  const { code, why } = reasonOf(error)
  if (code === 'LEVEL_LOCKED') return { kind: 'locked', why }
  const damaged = code === 'LEVEL_CORRUPTION' || (code === 'LEVEL_IO_ERROR' && fileIsMissing.test(why))
  return { kind: damaged ? 'damaged' : 'failed', why }
}
