import type { Host } from './host/host.js'
import type { Log } from './log.js'
import type { NetworkProtocols } from './messages/protocols.js'
import type { Misdeed } from './peers/penalties.js'

/** What every service of the network works with. */
export interface Wire {
  readonly host: Host
  readonly protocols: NetworkProtocols
  readonly log: Log
  /** Aborted when the network stops. */
  readonly stopped: AbortSignal
  /** Counts a misdeed against a peer; bans it when it has done enough. */
  punish(peer: string, misdeed: Misdeed, why: string): void
  /** Ends the connection. */
  drop(peer: string, why: string): void
}
