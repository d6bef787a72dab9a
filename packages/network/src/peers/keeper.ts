import { hostOf } from './address.js'
import { isPrivateAddress } from './private-address.js'

/** What the keeper wants done. */
export type KeeperOutput =
  | { readonly do: 'dial'; readonly address: string }
  | { readonly do: 'wake'; readonly atMs: number }

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** On a local network a dial costs nothing, and whoever heals a link looks on. */
const LONGEST_WAIT_NEAR_MS = 4_000

interface Kept {
  readonly address: string
  state: 'idle' | 'dialling' | 'connected'
  peer: string | undefined
  failures: number
  dialAtMs: number
}

/** Keeps a connection with each peer the operator named: dials, and after a failure dials again, ever later. */
export class Keeper {
  private readonly kept = new Map<string, Kept>()
  private active = true

  constructor(private readonly random: () => number) {}

  addresses(): readonly string[] {
    return [...this.kept.keys()]
  }

  has(address: string): boolean {
    return this.kept.has(address)
  }

  /** The peer found at an address, while connected. */
  peerAt(address: string): string | undefined {
    const kept = this.kept.get(address)
    return kept?.state === 'connected' ? kept.peer : undefined
  }

  /** Whether this peer is one of those named. */
  isNamed(peer: string): boolean {
    return [...this.kept.values()].some(kept => kept.peer === peer)
  }

  add(address: string, nowMs: number): readonly KeeperOutput[] {
    if (!this.kept.has(address)) {
      this.kept.set(address, { address, state: 'idle', peer: undefined, failures: 0, dialAtMs: nowMs })
    }
    return this.next(nowMs)
  }

  remove(address: string): void {
    this.kept.delete(address)
  }

  /** A dial reached this peer. */
  onConnected(address: string, peer: string): void {
    const kept = this.kept.get(address)
    if (kept) Object.assign(kept, { state: 'connected', peer })
  }

  /** The peer proved useful: the next failure waits the shortest time again. */
  onUseful(peer: string): void {
    for (const kept of this.kept.values()) if (kept.peer === peer) kept.failures = 0
  }

  onFailed(address: string, nowMs: number): readonly KeeperOutput[] {
    const kept = this.kept.get(address)
    if (kept) this.postpone(kept, isNear(address) ? LONGEST_WAIT_NEAR_MS : LONGEST_WAIT_MS, nowMs)
    return this.next(nowMs)
  }

  /** Whoever lets us in and parts again before it was of use, as a node of another network does, is left longer alone. */
  onDisconnected(peer: string, nowMs: number): readonly KeeperOutput[] {
    for (const kept of this.kept.values())
      if (kept.peer === peer && kept.state === 'connected') this.postpone(kept, LONGEST_WAIT_MS, nowMs)
    return this.next(nowMs)
  }

  onWake(nowMs: number): readonly KeeperOutput[] {
    return this.next(nowMs)
  }

  /** Paused, nothing is dialled; resumed, everything is, at once. */
  setActive(active: boolean, nowMs: number): readonly KeeperOutput[] {
    this.active = active
    for (const kept of this.kept.values()) {
      kept.failures = 0
      if (kept.state === 'idle') kept.dialAtMs = nowMs
    }
    return this.next(nowMs)
  }

  /** 1 s, 2 s, 4 s … the longest, each up to a quarter longer, so that nodes do not dial in step. */
  private postpone(kept: Kept, longestMs: number, nowMs: number): void {
    const wait = Math.min(longestMs, FIRST_WAIT_MS * 2 ** Math.min(kept.failures, 10))
    kept.failures++
    kept.state = 'idle'
    kept.dialAtMs = nowMs + Math.min(longestMs, Math.round(wait * (1 + this.random() / 4)))
  }

  private next(nowMs: number): readonly KeeperOutput[] {
    if (!this.active) return []
    const outputs: KeeperOutput[] = []
    let wakeMs = Number.POSITIVE_INFINITY
    for (const kept of this.kept.values()) {
      if (kept.state !== 'idle') continue
      if (kept.dialAtMs > nowMs) {
        wakeMs = Math.min(wakeMs, kept.dialAtMs)
        continue
      }
      kept.state = 'dialling'
      outputs.push({ do: 'dial', address: kept.address })
    }
    if (wakeMs !== Number.POSITIVE_INFINITY) outputs.push({ do: 'wake', atMs: wakeMs })
    return outputs
  }
}

/** In a private range, or a name without a domain: this machine or its neighbours. */
function isNear(address: string): boolean {
  const host = hostOf(address)
  return host !== undefined && (isPrivateAddress(host) || !/[.:]/.test(host))
}
