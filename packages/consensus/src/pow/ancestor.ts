import type { Height } from '@raistone/primitives'

/** A header and the way back from it, as far as difficulty looks. */
export interface PowAncestor {
  readonly time: number
  readonly bits: number
  readonly height: Height
  readonly parent: PowAncestor | undefined
  /** An ancestor further back, so that long ways take few steps. */
  readonly skip?: PowAncestor | undefined
}

const clearLowestBit = (n: number): number => n & (n - 1)

/** The height a header's `skip` is at, such that any ancestor is reached in about log² steps (Core's pskip). */
export function skipHeight(height: Height): Height {
  if (height < 2) return 0
  return height & 1 ? clearLowestBit(clearLowestBit(height - 1)) + 1 : clearLowestBit(height)
}

/** The ancestor at a height not above the header's own; undefined if the way ends before. */
export function ancestorOf<T extends PowAncestor & { readonly parent: T | undefined; readonly skip?: T | undefined }>(
  from: T,
  height: Height,
): T | undefined {
  let at: T | undefined = from
  while (at && at.height > height) at = at.skip && at.skip.height >= height ? at.skip : at.parent
  return at
}
