import { monotonicMs } from '../alarm.js'
import type { Log } from '../log.js'
import { hostOf } from './address.js'
import { BanList } from './ban-list.js'
import { type Misdeed, penalties } from './penalties.js'
import { isPrivateAddress } from './private-address.js'
import { type Rate, TokenBucket } from './token-bucket.js'

/** Whoever would have to wait longer than this for its answer is refused. */
const LONGEST_WAIT_MS = 8_000

interface DisciplineDeps {
  readonly isNamed: (peer: string) => boolean
  readonly addressOf: (peer: string) => string | undefined
  readonly drop: (peer: string, why: string) => void
}

/** Rates and penalties: what peers may do, and what becomes of those who do worse. */
export class Discipline {
  private readonly bans = new BanList()
  private readonly rates = new Map<string, Map<string, TokenBucket>>()

  constructor(
    private readonly log: Log,
    private readonly deps: DisciplineDeps,
  ) {}

  /** A peer the operator named is never banned: it is let go, and dialled again later. */
  punish(peer: string, misdeed: Misdeed, why: string): void {
    if (penalties[misdeed] === 0) return
    const banned = this.bans.punish(peer, misdeed, monotonicMs())
    this.log.debug('misdeed', { peer, misdeed, why, score: this.bans.score(peer) })
    if (!banned) return
    if (this.deps.isNamed(peer)) {
      this.bans.forgive(peer)
    } else {
      const ip = hostOf(this.deps.addressOf(peer) ?? '')
      if (ip !== undefined && !isPrivateAddress(ip)) this.bans.ban(ip, monotonicMs())
      this.log.info('peer banned', { peer, misdeed })
    }
    this.deps.drop(peer, why)
  }

  score(peer: string): number {
    return this.bans.score(peer)
  }

  isBanned(peer: string, ip: string | undefined): boolean {
    const nowMs = monotonicMs()
    return this.bans.isBanned(peer, nowMs) || (ip !== undefined && this.bans.isBanned(ip, nowMs))
  }

  /** Milliseconds until this peer's request is due; undefined if that is too long, which costs points. */
  wait(peer: string, what: string, rate: Rate): number | undefined {
    const waitMs = this.bucket(peer, what, rate).take(monotonicMs())
    if (waitMs <= LONGEST_WAIT_MS) return waitMs
    this.punish(peer, 'flood', what)
    return undefined
  }

  /** Whether this peer keeps to the rate. Exceeding it costs no points: the network may have much to tell. */
  admits(peer: string, what: string, rate: Rate): boolean {
    return this.bucket(peer, what, rate).tryTake(monotonicMs())
  }

  forgetRates(peer: string): void {
    this.rates.delete(peer)
  }

  private bucket(peer: string, what: string, rate: Rate): TokenBucket {
    const buckets = this.rates.get(peer) ?? new Map<string, TokenBucket>()
    this.rates.set(peer, buckets)
    const bucket = buckets.get(what) ?? new TokenBucket(rate, monotonicMs())
    buckets.set(what, bucket)
    return bucket
  }
}
