/** What clients may take of the server. Times are milliseconds. */
export interface RpcLimits {
  /** Calls, or batches, served at the same time; Core's `-rpcthreads`. */
  readonly atOnce: number
  /** Calls that may wait; Core's `-rpcworkqueue`. */
  readonly queueDepth: number
  readonly bodyBytes: number
  /** Bodies of all requests that have not been answered. */
  readonly bodyBytesTogether: number
  readonly headerBytes: number
  readonly connections: number
  readonly headersMs: number
  /** For the whole request to come. */
  readonly requestMs: number
  /** A kept connection without a request. */
  readonly idleMs: number
  /** How often the three above are looked at. */
  readonly checkMs: number
  readonly wrongPasswordMs: number
  readonly delayedAtOnce: number
  /** How long an unread body is taken in after a refusal, so that the client sees the answer. */
  readonly drainMs: number
  /** How long calls under way may take after `stop`. */
  readonly stopMs: number
}

export const rpcLimits: RpcLimits = {
  atOnce: 16,
  queueDepth: 64,
  bodyBytes: 32 * 1024 * 1024,
  bodyBytesTogether: 256 * 1024 * 1024,
  headerBytes: 16 * 1024,
  connections: 256,
  headersMs: 10_000,
  requestMs: 60_000,
  idleMs: 30_000,
  checkMs: 5_000,
  wrongPasswordMs: 250,
  delayedAtOnce: 64,
  drainMs: 1_000,
  stopMs: 2_000,
}
