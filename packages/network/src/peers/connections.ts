import { Alarm, monotonicMs } from '../alarm.js'
import { type Link, OwnIdentityError } from '../host/host.js'
import { reasonOf } from '../requests/misdeed.js'
import { Tasks } from '../tasks.js'
import type { Wire } from '../wire.js'
import { peerIdOf } from './address.js'
import { Keeper, type KeeperOutput } from './keeper.js'
import { dialableAddress } from './peer-address.js'

const DIAL_WAIT_MS = 8_000

/** An address nobody can dial, or one that is named already or not at all. */
export class AddNodeError extends Error {
  override readonly name = 'AddNodeError'

  constructor(
    readonly problem: 'bad-address' | 'already-added' | 'not-added',
    address: string,
  ) {
    super(`${address}: ${problem}`)
  }
}

/** Dials the peers the operator named and keeps the connections. */
export class Connections {
  private readonly keeper: Keeper
  private readonly alarm = new Alarm(() => this.act(this.keeper.onWake(monotonicMs())))
  private readonly tasks = new Tasks()
  /** As the operator wrote it → what to dial. */
  private readonly written = new Map<string, string>()
  private readonly dialledOnce = new Set<string>()
  private readonly complained = new Set<string>()
  private readonly unreached = new Set<string>()
  private dropped: readonly string[] = []

  constructor(
    private readonly wire: Wire,
    private readonly defaultPort: number,
    random: () => number,
  ) {
    this.keeper = new Keeper(random)
  }

  /** Addresses as the operator wrote them, with the peer that is there, while connected. */
  added(): readonly { readonly address: string; readonly peer: string | undefined }[] {
    return [...this.written].map(([address, multiaddr]) => ({ address, peer: this.keeper.peerAt(multiaddr) }))
  }

  /** Named by the operator, in the configuration or since. */
  isNamed(peer: string): boolean {
    const ids = [...this.written.values()].map(peerIdOf)
    return this.dialledOnce.has(peer) || ids.includes(peer) || this.keeper.isNamed(peer)
  }

  /** Throws an AddNodeError for what cannot be dialled. */
  check(address: string): void {
    this.dialable(address)
  }

  add(address: string): void {
    const multiaddr = this.dialable(address)
    if (this.written.has(address)) throw new AddNodeError('already-added', address)
    this.written.set(address, multiaddr)
    this.act(this.keeper.add(multiaddr, monotonicMs()))
  }

  remove(address: string): void {
    const multiaddr = this.written.get(address)
    if (multiaddr === undefined) throw new AddNodeError('not-added', address)
    this.written.delete(address)
    if ([...this.written.values()].includes(multiaddr)) return
    this.keeper.remove(multiaddr)
    this.unreached.delete(multiaddr)
  }

  /** Dials once. Failing is logged, not thrown. */
  async once(address: string): Promise<void> {
    const peer = await this.dial(this.dialable(address))
    if (peer !== undefined) this.dialledOnce.add(peer)
  }

  onUseful(peer: string): void {
    this.keeper.onUseful(peer)
  }

  onDisconnected(peer: string): void {
    this.dialledOnce.delete(peer)
    this.act(this.keeper.onDisconnected(peer, monotonicMs()))
  }

  /** Stops dialling; remembers who was there. */
  async suspend(links: readonly Link[]): Promise<void> {
    this.keeper.setActive(false, monotonicMs())
    this.alarm.clear()
    const addresses = await Promise.all(links.map(link => this.addressesOf(link)))
    this.dropped = addresses.flat()
  }

  /** Dials at once whoever was there before, and whoever is named. */
  resume(): void {
    this.act(this.keeper.setActive(true, monotonicMs()))
    const again = this.dropped
    this.dropped = []
    for (const address of again) this.background(address)
  }

  async stop(): Promise<void> {
    this.keeper.setActive(false, monotonicMs())
    this.alarm.clear()
    await this.tasks.settled()
    this.alarm.clear()
  }

  private dialable(address: string): string {
    const multiaddr = dialableAddress(address, this.defaultPort)
    if (multiaddr === undefined) throw new AddNodeError('bad-address', address)
    return multiaddr
  }

  private async addressesOf({ peer, address, inbound }: Link): Promise<readonly string[]> {
    if (!inbound) return [`${address}/p2p/${peer}`]
    const listening = await this.wire.host.listening(peer).catch(() => [])
    return listening.slice(0, 4).map(each => `${each}/p2p/${peer}`)
  }

  private act(outputs: readonly KeeperOutput[]): void {
    if (this.wire.stopped.aborted) return
    for (const output of outputs) {
      if (output.do === 'wake') this.alarm.set(output.atMs)
      else this.keep(output.address)
    }
  }

  private keep(address: string): void {
    this.tasks.run(
      async () => {
        const peer = await this.dial(address)
        if (peer !== undefined && this.isLinked(peer)) this.reached(address, peer)
        else this.notReached(address)
      },
      error => this.wire.log.debug('dial failed', { address, reason: reasonOf(error) }),
    )
  }

  private reached(address: string, peer: string): void {
    this.unreached.delete(address)
    this.keeper.onConnected(address, peer)
  }

  /** One line until it is reached again. */
  private notReached(address: string): void {
    if (!this.unreached.has(address) && !this.wire.stopped.aborted) this.wire.log.info('peer not reached', { address })
    this.unreached.add(address)
    this.act(this.keeper.onFailed(address, monotonicMs()))
  }

  private background(address: string): void {
    const peer = peerIdOf(address)
    if (peer !== undefined && this.isLinked(peer)) return
    this.tasks.run(
      async () => {
        await this.dial(address)
      },
      () => {},
    )
  }

  /** Who is there now; undefined if nobody we may talk to. A refusal on the other side shows only after the dial. */
  private async dial(address: string): Promise<string | undefined> {
    const { host, log } = this.wire
    try {
      const peer = await host.dial(address, DIAL_WAIT_MS)
      return this.isLinked(peer) ? peer : undefined
    } catch (error) {
      if (error instanceof OwnIdentityError) this.complain(address)
      else log.debug('dial failed', { address, reason: reasonOf(error) })
      return undefined
    }
  }

  private isLinked(peer: string): boolean {
    return this.wire.host.links().some(link => link.peer === peer)
  }

  /** Dialling oneself looks the same as dialling a copy. */
  private complain(address: string): void {
    if (this.complained.has(address)) return
    this.complained.add(address)
    const event = `the peer at ${address} has this node's own identity: if it is a copy, delete one of the two node.key`
    this.wire.log.error(event, { address, peer: this.wire.host.peerId })
  }
}
