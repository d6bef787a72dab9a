import type { Reject } from '@raistone/consensus'
import { createTransaction, type Transaction, type Txid, type Wtxid } from '@raistone/primitives'
import type { NetworkMempool } from '../../src/deps.js'
import { FakeEvents } from './fake-events.js'

/** A transaction with an id of its own; `lockTime` 13 fails its script, 14 is refused by policy, 15 may be untimely. */
export const makeTransaction = (tag: number, lockTime = 0, parent?: Txid): Transaction =>
  createTransaction({
    version: 2,
    inputs: [
      {
        prevout: { txid: parent ?? (tag.toString(16).padStart(64, '0') as Txid), vout: 0 },
        scriptSig: new Uint8Array(),
        sequence: 0,
        witness: [Uint8Array.of(1, 2, 3)],
      },
    ],
    outputs: [{ value: BigInt(tag), script: new Uint8Array(25) }],
    lockTime,
  })

interface Entry {
  readonly tx: Transaction
}

/** A mempool without rules. A transaction whose first outpoint is in `absent` misses its parent. */
export class FakeMempool implements NetworkMempool {
  readonly events = new FakeEvents<{ added: { readonly entry: Entry } }>()
  readonly held = new Map<Wtxid, Entry>()
  readonly absent = new Set<Txid>()
  untimely = true

  async accept(tx: Transaction): Promise<{ entry: Entry } | { reject: Reject }> {
    if (this.held.has(tx.wtxid)) return { reject: { rule: 'txn-already-in-mempool', cause: 'policy' } }
    if (tx.lockTime === 13) return { reject: { rule: 'mempool-script-verify-flag-failed (x)', cause: 'consensus' } }
    if (tx.lockTime === 14) return { reject: { rule: 'min relay fee not met', cause: 'policy' } }
    if (tx.lockTime === 15 && this.untimely) return { reject: { rule: 'non-final', cause: 'early' } }
    const parent = tx.inputs[0]?.prevout.txid
    if (parent && this.absent.has(parent))
      return { reject: { rule: 'bad-txns-inputs-missingorspent', cause: 'missing' } }
    const entry = { tx }
    this.held.set(tx.wtxid, entry)
    this.absent.delete(tx.txid)
    this.events.emit('added', { entry })
    return { entry }
  }

  has(txid: Txid): boolean {
    return [...this.held.values()].some(({ tx }) => tx.txid === txid)
  }

  byWtxid(wtxid: Wtxid): Entry | undefined {
    return this.held.get(wtxid)
  }

  entries(): Iterable<Entry> {
    return this.held.values()
  }
}
