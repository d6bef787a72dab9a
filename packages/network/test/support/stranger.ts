import type { FrameStream, Host, ProtocolHandler } from '../../src/host/host.js'
import { newIdentity } from '../../src/host/identity.js'
import { createHost } from '../../src/host/libp2p-host.js'
import { decodeMessage, encodeMessage } from '../../src/messages/message.js'
import { networkProtocols, STATUS_PROTOCOL } from '../../src/messages/protocols.js'
import { type Status, statusMessage } from '../../src/messages/status.js'
import { type TestNode, testParams } from './node.js'

export const protocols = networkProtocols(testParams().networkId)

/** A peer that speaks the transport and whatever a test makes it say. */
export interface Stranger {
  readonly host: Host
  readonly closed: string[]
}

const running = new Set<Host>()

/** Answers every status with the other's own, changed as told. */
const mirror = (change: (theirs: Status) => Status): ProtocolHandler => ({
  protocol: STATUS_PROTOCOL,
  maxInboundStreams: 8,
  serve: async stream => {
    const frame = await stream.read(statusMessage.most, 5_000)
    if (frame) await stream.write(encodeMessage(statusMessage, change(decodeMessage(statusMessage, frame))), 5_000)
  },
})

export async function startStranger(
  handlers: readonly ProtocolHandler[] = [],
  change: (theirs: Status) => Status = theirs => theirs,
): Promise<Stranger> {
  const closed: string[] = []
  const host = await createHost({
    privateKey: await newIdentity(),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    userAgent: 'stranger',
    protocols: [mirror(change), ...handlers],
    topics: [protocols.blockTopic, protocols.txTopic].map(topic => ({
      topic,
      most: 4_000_000,
      concurrency: 1,
      queue: 10,
      judge: async () => 'accept' as const,
    })),
    events: { admits: () => true, onLink: () => {}, onLinkClosed: peer => closed.push(peer), onMute: () => {} },
  })
  running.add(host)
  await host.start()
  return { host, closed }
}

export async function stopStrangers(): Promise<void> {
  await Promise.all([...running].map(host => host.stop()))
  running.clear()
}

/** The stranger dials the node. */
export const visit = (stranger: Stranger, node: TestNode): Promise<string> => stranger.host.dial(node.address, 5_000)

/** Reads until the stream ends or fails: how many frames came. */
export async function drain(stream: FrameStream): Promise<number> {
  let frames = 0
  try {
    while (await stream.read(5_000_000, 5_000)) frames++
  } catch {
    // refused
  }
  return frames
}
