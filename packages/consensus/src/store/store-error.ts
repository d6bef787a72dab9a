/**
 * `other-rules`: the data belong to a chain with other consensus rules; `newer-format`: written by a later version;
 * `damaged`: the coins are not what was written; `repair`: `blocks/` cannot be read as it is, and is repaired when it is
 * opened again; `snapshot`: the coins of a snapshot are of no use, and the chain goes on without them when it is opened
 * again; `wrong-blocks`: all is as it was written, but headers, blocks and undo data contradict each other;
 * `wrong-coins`: the coins contradict them; `locked`: another process has the folder open; `pruned`: blocks that are
 * needed were removed on purpose; `ended`: opening was ended early, as asked; `failed`: reading or writing failed.
 */
export type StoreErrorCode =
  | 'other-rules'
  | 'newer-format'
  | 'damaged'
  | 'repair'
  | 'snapshot'
  | 'wrong-blocks'
  | 'wrong-coins'
  | 'locked'
  | 'pruned'
  | 'ended'
  | 'failed'

/** What goes wrong with the replica on disk; its message is fit for the user. */
export class StoreError extends Error {
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'StoreError'
  }
}

/** Whether the coins are to be made again. */
export const isDamage = (error: unknown): boolean => error instanceof StoreError && error.code === 'damaged'

/** Whether what is wrong is gone when the store is opened again. */
export const needsRepair = (error: unknown): boolean =>
  error instanceof StoreError && (error.code === 'repair' || error.code === 'snapshot')
