/** Holds the number of the task in force: who works on another one stops. */
export interface SearchWorkerData {
  readonly current: SharedArrayBuffer
}

export interface SearchTask {
  readonly id: number
  /** 80 bytes. */
  readonly header: Uint8Array
  readonly target: bigint
  readonly from: number
  readonly count: number
}

export interface SearchResult {
  readonly id: number
  /** -1 if none was found. */
  readonly nonce: number
  readonly tried: number
}
