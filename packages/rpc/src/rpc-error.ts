/** Error codes, as Bitcoin Core numbers them (rpc/protocol.h). */
export const rpcCode = {
  misc: -1,
  type: -3,
  wallet: -4,
  invalidAddressOrKey: -5,
  invalidParameter: -8,
  clientNotConnected: -9,
  walletNotFound: -18,
  database: -20,
  deserialization: -22,
  nodeAlreadyAdded: -23,
  nodeNotAdded: -24,
  verifyError: -25,
  verifyRejected: -26,
  alreadyInUtxoSet: -27,
  inWarmup: -28,
  nodeNotConnected: -29,
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const

/** A call that failed for a reason the caller is to hear: what a handler throws and what a client gets. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
    this.name = 'RpcError'
  }
}

/** Shorthand for the commonest refusal, an argument out of its range (-8). */
export const invalidParameter = (message: string): RpcError => new RpcError(rpcCode.invalidParameter, message)
