/** A peer that owes headers this long has stalled. */
export const HEADERS_STALL_MS = 10_000
/** A peer that owes a block, of 4 MB at most, and sends none for this long has stalled. */
export const STALL_MS = 20_000
/** After this long another, idle peer is asked too for the blocks everything waits for. */
export const FRONT_MS = 2_000
/** Blocks fetched ahead of the first missing one. */
export const WINDOW_BLOCKS = 1_024
/** Blocks asked of one peer and not yet come. */
export const PEER_BLOCKS = 64
/** Blocks in one request. */
export const REQUEST_BLOCKS = 32
/** Blocks everything waits for, asked of a second peer. */
export const FRONT_BLOCKS = 4
/** A peer whose request failed is left alone this long. */
export const RETRY_MS = 1_000
/** A peer that had no headers for us is not asked again at once. */
export const FRUITLESS_MS = 200
/** While the tip is old, all peers are asked for headers this often. */
export const STALE_ASK_MS = 30_000
