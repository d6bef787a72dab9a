import type { Block } from '@raistone/primitives'
import { Branch } from './branch.js'

/** What the process that is killed submits, the same in every process: payments, and a reorganisation of depth 6. */
export function crashBlocks(): Block[] {
  const first = new Branch(1).mineBusy(10).mine(4)
  const rival = first.fork(2, 6).mineBusy(3).mine(24)
  return [...first.blocks, ...rival.blocks.slice(8)]
}
