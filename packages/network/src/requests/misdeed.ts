import { DecodeError } from '@raistone/primitives'
import type { Misdeed } from '../peers/penalties.js'

/** What a failed exchange says about the peer; undefined where it may be nobody's fault. */
export function misdeedOf(error: unknown): Misdeed | undefined {
  if (error instanceof DecodeError) return 'malformed'
  if (!(error instanceof Error) || error.name !== 'FrameError') return undefined
  if (/allowed|within a frame/.test(error.message)) return 'malformed'
  return /deadline/.test(error.message) ? 'stalled' : undefined
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'failed')
