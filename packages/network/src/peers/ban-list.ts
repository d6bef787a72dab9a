import { BAN_MS, BAN_SCORE, FORGIVE_MS, type Misdeed, penalties } from './penalties.js'

interface Standing {
  score: number
  bannedUntilMs: number
  atMs: number
}

/** Records kept; the oldest go first. */
const MOST_RECORDS = 10_000

/** Penalty points by peer id or address, kept across connections, and who is banned until when. */
export class BanList {
  private readonly records = new Map<string, Standing>()

  score(key: string): number {
    return this.records.get(key)?.score ?? 0
  }

  /** Adds a misdeed's points; true if that made it a ban. */
  punish(key: string, misdeed: Misdeed, nowMs: number): boolean {
    const record = this.records.get(key) ?? { score: 0, bannedUntilMs: 0, atMs: nowMs }
    this.records.delete(key)
    this.records.set(key, record)
    const forgiven = Math.floor((nowMs - record.atMs) / FORGIVE_MS)
    record.score = Math.max(0, record.score - forgiven) + penalties[misdeed]
    record.atMs = nowMs
    this.trim()
    if (record.score < BAN_SCORE) return false
    this.ban(key, nowMs)
    return true
  }

  ban(key: string, nowMs: number): void {
    const record = this.records.get(key)
    this.records.set(key, { score: record?.score ?? BAN_SCORE, bannedUntilMs: nowMs + BAN_MS, atMs: nowMs })
    this.trim()
  }

  /** A ban that has run out is forgotten with its points. */
  isBanned(key: string, nowMs: number): boolean {
    const record = this.records.get(key)
    if (!record || record.bannedUntilMs === 0) return false
    if (nowMs < record.bannedUntilMs) return true
    this.records.delete(key)
    return false
  }

  forgive(key: string): void {
    this.records.delete(key)
  }

  private trim(): void {
    if (this.records.size <= MOST_RECORDS) return
    const oldest = this.records.keys().next()
    if (!oldest.done) this.records.delete(oldest.value)
  }
}
