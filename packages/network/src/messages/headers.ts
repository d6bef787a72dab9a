import { type BlockHash, HEADER_SIZE, hash32, header, type Of, struct, vector } from '@raistone/primitives'
import type { Message } from './message.js'

/** As many as Bitcoin's `headers` message carries. */
export const MOST_HEADERS = 2_000
/** Core's MAX_LOCATOR_SZ. */
export const MOST_LOCATOR_HASHES = 101

const question = struct({ locator: vector(hash32<BlockHash>(), MOST_LOCATOR_HASHES), stop: hash32<BlockHash>() })
/** Hashes from the asker's tip back, ever sparser; `stop` is the last header wanted, zero for as many as there are. */
export type GetHeaders = Of<typeof question>
export const getHeadersMessage: Message<GetHeaders> = {
  name: 'getheaders',
  codec: question,
  most: 3 + MOST_LOCATOR_HASHES * 32 + 32,
}

const answer = struct({ headers: vector(header, MOST_HEADERS) })
/** Headers of the answerer's active chain after the last hash of the locator that is on it, in order. */
export type Headers = Of<typeof answer>
export const headersMessage: Message<Headers> = {
  name: 'headers',
  codec: answer,
  most: 3 + MOST_HEADERS * HEADER_SIZE,
}
