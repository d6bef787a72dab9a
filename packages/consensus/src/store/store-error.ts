/**
 * `other-rules`: the data belong to a chain with other consensus rules; `newer-format`: written by a later version;
 * `damaged`: a checksum does not match; `locked`: another process has the folder open; `failed`: reading or writing failed.
 */
export type StoreErrorCode = 'other-rules' | 'newer-format' | 'damaged' | 'locked' | 'failed'

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
