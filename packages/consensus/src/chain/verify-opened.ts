import type { ChainStore } from '../store/chain-store.js'
import { StoreError } from '../store/store-error.js'
import type { Replica } from './bring-up.js'
import type { OpenProgress } from './options.js'
import { type Fault, type VerifyDeps, type VerifyOptions, verifyChain } from './verify-chain.js'

/** What is wrong with sound records: nothing that was written twice can tell which of them to believe. */
function contradiction({ entry, level, what }: Fault): StoreError {
  const code = level < 3 ? 'wrong-blocks' : 'wrong-coins'
  return new StoreError(code, `block ${entry.hash} at height ${entry.height} proves wrong: ${what}`)
}

/**
 * Verifies the last blocks of what was opened. False if the coins or undo data are damaged, so that they are to be made
 * again; a damaged block will be fetched again. Throws a StoreError where undamaged records contradict each other.
 */
export async function verifyOpened(
  { ledger, records, coins }: Replica,
  deps: Pick<VerifyDeps, 'params' | 'curve'> & { readonly store: ChainStore },
  options: VerifyOptions,
  tell: (progress: OpenProgress) => void,
): Promise<boolean> {
  const { store } = deps
  const all = options.blocks > 0 ? Math.min(options.blocks, ledger.head.height) : ledger.head.height
  let transactions = 0
  const { fault } = await verifyChain(
    { ...deps, ledger, records, coins },
    {
      ...options,
      looked: (entry, blocks) => {
        transactions += entry.txCount
        const target = ledger.head.height - all + 1
        tell({ phase: 'verify', height: entry.height, target, blocks, transactions, share: blocks / all })
      },
    },
  )
  if (!fault) return true
  if (!fault.damaged) throw contradiction(fault)
  if (fault.level === 0) {
    await records.commit()
    return true
  }
  await store.requestRebuild()
  return false
}
