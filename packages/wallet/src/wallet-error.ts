/**
 * `passphrase`: it does not open the wallet; `funds`: not enough money; `exists`, `missing`, `in-use`, `damaged`,
 * `other-chain`: what is wrong with the wallet on disk; `words`, `payment`: what was asked for makes no sense; `refused`:
 * the network does not take a payment; `source`: what a node tells of the chain cannot be true.
 */
export type WalletErrorCode =
  | 'passphrase'
  | 'funds'
  | 'exists'
  | 'missing'
  | 'in-use'
  | 'damaged'
  | 'other-chain'
  | 'words'
  | 'payment'
  | 'refused'
  | 'source'

/** Something a wallet cannot do; its message is fit for the user and holds no secret. */
export class WalletError extends Error {
  constructor(
    readonly code: WalletErrorCode,
    message: string,
  ) {
    super(message)
    this.name = 'WalletError'
  }
}
