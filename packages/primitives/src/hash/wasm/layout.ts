/** Where things lie in the functions' memory. */

/** One message at a time: a word is a number of 32 bits. */
export const one = {
  /** A constant for each round. */
  constants: 0,
  /** Eight words. */
  state: 256,
  /** The sixteen words of a block. */
  words: 288,
  /** Constant and word of each round, added. */
  sums: 352,
} as const

/** Four messages at once: a word is four numbers side by side. */
export const four = {
  constants: 1024,
  state: 2048,
  /** The words of a block, and those that are made of them: one for each round. */
  words: 2176,
  /** Constant and word of each round in the block that pads a message of 64 bytes, added. */
  paddingSums: 3200,
} as const

/** The digest of one message, or of each of four. */
export const DIGESTS = 608

/** What is hashed, with the padding behind it. */
export const BUFFER = 4224
export const BUFFER_SIZE = 65536
export const PAGES = 2
