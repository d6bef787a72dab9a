import type { VerifyLevel } from '@raistone/consensus'
import type { Handlers } from '@raistone/rpc'
import type { RpcContext } from './context.js'

type VerificationHandlers = Pick<Handlers, 'verifychain'>

/** As Core does with a level that does not exist. */
const nearestLevel = (level: number): VerifyLevel => Math.max(0, Math.min(4, level)) as VerifyLevel

/** What is on the disk, looked at once more. */
export function verificationHandlers({ chain, log }: RpcContext): VerificationHandlers {
  return {
    verifychain: async ({ checklevel, nblocks }) => {
      const { fault, skipped } = await chain.verify({ level: nearestLevel(checklevel), blocks: Math.max(0, nblocks) })
      if (fault) {
        const { entry, level, what } = fault
        log?.error('verification failed', { height: entry.height, hash: entry.hash, level, what })
      }
      return fault === undefined && skipped === undefined
    },
  }
}
