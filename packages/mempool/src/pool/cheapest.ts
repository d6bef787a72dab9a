import type { Sats } from '@raistone/primitives'
import { compareFeeRates } from '../policy/fee-rate.js'
import type { MempoolEntry } from './entry.js'

/** What a transaction is worth keeping for: its own fee rate, or that of all that hangs on it if that is better. */
function worth({ fee, vsize, descendants }: MempoolEntry): { readonly fees: Sats; readonly vsize: number } {
  const whole = compareFeeRates(descendants.fees, descendants.vsize, fee, vsize) > 0
  return whole ? descendants : { fees: fee, vsize }
}

/** Who has to go first from a full pool, with all descendants; of equals the one that came last. */
export function cheapestEntry(entries: Iterable<MempoolEntry>): MempoolEntry | undefined {
  let cheapest: MempoolEntry | undefined
  let least = { fees: 0n, vsize: 0 }
  for (const entry of entries) {
    const own = worth(entry)
    if (cheapest && compareFeeRates(own.fees, own.vsize, least.fees, least.vsize) > 0) continue
    cheapest = entry
    least = own
  }
  return cheapest
}
