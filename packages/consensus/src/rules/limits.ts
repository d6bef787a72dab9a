/** BIP-0141: most weight of a block. Also bounds what a transaction may weigh. */
export const MAX_BLOCK_WEIGHT = 4_000_000

/** BIP-0141: most signature operations in a block, weighed. */
export const MAX_BLOCK_SIGOPS_COST = 80_000

/** Weight of a byte outside witnesses. */
export const WITNESS_SCALE_FACTOR = 4
