import type { FrameStream, Host } from '../host/host.js'
import { decodeMessage, encodeMessage, type Message } from '../messages/message.js'

/** How long one frame may take, either way. */
export const FRAME_WAIT_MS = 10_000
/** How long a block may take to come. */
export const BLOCK_WAIT_MS = 20_000
/** How long a peer that digests blocks slowly may keep us from sending the next. */
export const SLOW_READER_WAIT_MS = 60_000
export const OPEN_WAIT_MS = 5_000

/** The other side closed its end instead of answering. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

export async function send<T>(
  stream: FrameStream,
  message: Message<T>,
  value: T,
  waitMs: number = FRAME_WAIT_MS,
): Promise<void> {
  await stream.write(encodeMessage(message, value), waitMs)
}

/** The next message; throws a DecodeError, a FrameError or a NoAnswerError. */
export async function receive<T>(stream: FrameStream, message: Message<T>, waitMs: number = FRAME_WAIT_MS): Promise<T> {
  const frame = await stream.read(message.most, waitMs)
  if (!frame) throw new NoAnswerError(`no ${message.name}`)
  return decodeMessage(message, frame)
}

/** Opens a stream, talks, and closes it, or aborts it if that fails. */
export async function converse<R>(
  host: Host,
  peer: string,
  protocol: string,
  talk: (stream: FrameStream) => Promise<R>,
): Promise<R> {
  const stream = await host.open(peer, protocol, OPEN_WAIT_MS)
  try {
    const result = await talk(stream)
    await stream.close()
    return result
  } catch (error) {
    stream.abort(error instanceof Error ? error.message : 'failed')
    throw error
  }
}

/** One question, one answer. */
export const ask = <Q, A>(
  host: Host,
  peer: string,
  protocol: string,
  question: Message<Q>,
  value: Q,
  answer: Message<A>,
): Promise<A> =>
  converse(host, peer, protocol, async stream => {
    await send(stream, question, value)
    return await receive(stream, answer)
  })
