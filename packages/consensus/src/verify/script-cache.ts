import { putId, sha256, toHex, type Wtxid } from '@raistone/primitives'
import type { ScriptFlags } from '@raistone/script'

/** Entries that are kept: about ten full blocks. */
const MOST_ENTRIES = 100_000

/** Bytes of the secret that entries are hashed with. */
export const CACHE_SECRET_BYTES = 32

/**
 * Transactions all of whose scripts were found valid under certain flags, so that a block with them need not check them
 * again. A transaction's witness id names its outpoints, and these name the scripts and amounts for good. Entries are
 * SHA-256 of a secret, the id and the flags: nobody can make one that stands for another. The oldest are forgotten.
 */
export class ScriptCache {
  private readonly entries = new Set<string>()
  private readonly preimage: Uint8Array
  private readonly view: DataView

  constructor(
    secret: Uint8Array,
    private readonly mostEntries = MOST_ENTRIES,
  ) {
    this.preimage = new Uint8Array(CACHE_SECRET_BYTES + 32 + 4)
    this.preimage.set(secret.subarray(0, CACHE_SECRET_BYTES))
    this.view = new DataView(this.preimage.buffer)
  }

  get size(): number {
    return this.entries.size
  }

  /** Every script of the transaction was found valid under exactly these flags. */
  add(wtxid: Wtxid, flags: ScriptFlags): void {
    this.entries.add(this.entryOf(wtxid, flags))
    if (this.entries.size <= this.mostEntries) return
    const oldest = this.entries.values().next()
    if (!oldest.done) this.entries.delete(oldest.value)
  }

  has(wtxid: Wtxid, flags: ScriptFlags): boolean {
    return this.entries.size > 0 && this.entries.has(this.entryOf(wtxid, flags))
  }

  private entryOf(wtxid: Wtxid, flags: ScriptFlags): string {
    putId(wtxid, this.preimage, CACHE_SECRET_BYTES)
    this.view.setUint32(CACHE_SECRET_BYTES + 32, flags)
    return toHex(sha256(this.preimage))
  }
}
