import type { Handlers } from '@raistone/rpc'
import { addressHandlers } from './address.js'
import { blockchainHandlers } from './blockchain.js'
import { chainControlHandlers } from './chain-control.js'
import type { RpcContext } from './context.js'
import { controlHandlers } from './control.js'
import { indexHandlers } from './indexes.js'
import { mempoolHandlers } from './mempool.js'
import { miningHandlers } from './mining.js'
import { networkHandlers } from './network.js'
import { rawTransactionHandlers } from './raw-transactions.js'
import { snapshotHandlers } from './snapshots.js'
import { verificationHandlers } from './verification.js'

/** The node's answer to every method of the table. */
export const createHandlers = (context: RpcContext): Handlers => ({
  ...addressHandlers(context),
  ...blockchainHandlers(context),
  ...chainControlHandlers(context),
  ...controlHandlers(context),
  ...indexHandlers(context),
  ...mempoolHandlers(context),
  ...miningHandlers(context),
  ...networkHandlers(context),
  ...rawTransactionHandlers(context),
  ...snapshotHandlers(context),
  ...verificationHandlers(context),
})
