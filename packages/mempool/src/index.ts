export type { MempoolChain, MempoolDeps } from './deps.js'
export * from './mempool.js'
export * from './policy/limits.js'
export type { MempoolEntry, PackageTotals } from './pool/entry.js'
