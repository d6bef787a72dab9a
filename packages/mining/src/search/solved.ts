import { type Header, hashHeader } from '@raistone/primitives'

/**
 * The header with the nonce that was found. The search hashes in a way of its own, so the result is hashed again as
 * everybody hashes it: throws if it does not meet the target, for then the search is broken.
 */
export function solvedHeader(header: Header, nonce: number, target: bigint): Header {
  const solved = { ...header, nonce }
  const hash = hashHeader(solved)
  if (BigInt(`0x${hash}`) > target)
    throw new Error(`the search found nonce ${nonce}, whose hash ${hash} is no solution`)
  return solved
}
