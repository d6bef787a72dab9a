import { addressMethods } from './address.js'
import { blockchainMethods } from './blockchain.js'
import { controlMethods } from './control.js'
import { indexMethods } from './indexes.js'
import { mempoolMethods } from './mempool.js'
import type { ArgsOf, Method } from './method.js'
import { miningMethods } from './mining.js'
import { networkMethods } from './network.js'
import { rawTransactionMethods } from './rawtransactions.js'
import { snapshotMethods } from './snapshots.js'
import { verificationMethods } from './verification.js'

/** Every method there is. Server checks, help and the client's conversions read these rows. */
export const methodTable = [
  ...blockchainMethods,
  ...snapshotMethods,
  ...controlMethods,
  ...indexMethods,
  ...mempoolMethods,
  ...miningMethods,
  ...networkMethods,
  ...rawTransactionMethods,
  ...addressMethods,
  ...verificationMethods,
] as const

type Row = (typeof methodTable)[number]
export type MethodName = Row['name']
/** The checked arguments of a method, by name. */
export type MethodArgs<N extends MethodName> = ArgsOf<Extract<Row, { name: N }>>

const rows: ReadonlyMap<string, Method> = new Map(methodTable.map(row => [row.name, row]))

export const findMethod = (name: string): Method | undefined => rows.get(name)
