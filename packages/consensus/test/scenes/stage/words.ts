import { concatBytes } from '@raistone/primitives'
import { pushData } from '@raistone/script'

/** A script: numbers are operations, bytes are pushed, in the shortest way that pushes data. */
export const words = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  concatBytes(...parts.map(part => (typeof part === 'number' ? Uint8Array.of(part) : pushData(part))))

/** So many of one operation. */
export const times = (count: number, op: number): Uint8Array => new Uint8Array(count).fill(op)
