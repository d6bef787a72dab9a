import { findNonce } from '@raistone/primitives'

/** Scans nonces of one header; the header's own nonce is ignored. */
export class NonceScan {
  private readonly header: Uint8Array

  constructor(
    header: Uint8Array,
    private readonly target: bigint,
  ) {
    this.header = header.slice()
  }

  /** The first nonce from `from` on, of `count`, that meets the target; -1 if none does. */
  run(from: number, count: number): number {
    return findNonce(this.header, this.target, from, count)
  }
}
