/** Why a snapshot is not loaded; its message is fit for the user. */
export class SnapshotError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SnapshotError'
  }
}
