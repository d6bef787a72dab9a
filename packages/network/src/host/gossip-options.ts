import type { GossipsubOpts } from '@libp2p/gossipsub'
import { concatBytes, sha256, toHex } from '@raistone/primitives'
import { StrictNoSign } from '#libp2p'
import { isPrivateAddress } from '../peers/private-address.js'
import type { TopicHandler } from './host.js'

const utf8 = new TextEncoder()
const MOST_OUTBOUND_BUFFER = 16 << 20
/**
 * What a peer missed comes in one frame, however many messages that is, and a frame beyond the limit ends its stream.
 * No gossipsub sends a longer one than this.
 */
const MOST_FRAME = 4 << 20
/** gossipsub's default of 3 s punishes peers for our own slow moments. */
const IWANT_FOLLOWUP_MS = 12_000

/** Private ranges are exempt from the penalty for many peers behind one address. */
class PrivateAddresses extends Set<string> {
  override has(ip: string): boolean {
    return isPrivateAddress(ip)
  }
}

const messageId = (topic: string, data: Uint8Array): Uint8Array => sha256(concatBytes(utf8.encode(topic), data))

/** Only what says that a message is invalid counts: blocks are rare, so delivery rates prove nothing. */
const topicScore = {
  topicWeight: 0.5,
  timeInMeshWeight: 0,
  timeInMeshQuantum: 1000,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -100,
  invalidMessageDeliveriesDecay: 0.9,
} as const

/** Unsigned messages named by their content, on our topics only, every buffer bounded. */
export function gossipOptions(topics: readonly TopicHandler[]): Partial<GossipsubOpts> {
  return {
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: message => messageId(message.topic, message.data),
    fastMsgIdFn: message => toHex(messageId(message.topic ?? '', message.data ?? new Uint8Array())),
    msgIdToStrFn: toHex,
    allowedTopics: topics.map(topic => topic.topic),
    fallbackToFloodsub: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    doPX: false,
    gossipsubIWantFollowupMs: IWANT_FOLLOWUP_MS,
    maxOutboundBufferSize: MOST_OUTBOUND_BUFFER,
    maxInboundDataLength: MOST_FRAME,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxTopicBytesPerPeer: 16 * 1024,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 500,
      maxIhaveMessageIDs: 5000,
      maxIwantMessageIDs: 5000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 500,
      maxPeerInfos: 16,
    },
    scoreParams: {
      IPColocationFactorWhitelist: new PrivateAddresses(),
      topics: Object.fromEntries(topics.map(topic => [topic.topic, scoreOf()])),
    },
  }
}

/** gossipsub wants every field of a topic's score named, those switched off too. */
const scoreOf = () => ({
  timeInMeshCap: 1,
  firstMessageDeliveriesCap: 1,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 10,
  meshMessageDeliveriesActivation: 1000,
  ...topicScore,
})
