import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { ChainParams } from '@raistone/consensus'
import { failure } from './cli/cli-error.js'
import type { DataDirectory } from './data-directory.js'

/** Which chain a data directory belongs to, for people and scripts; the databases hold the same and have the last word. */
interface RulesOnDisk {
  readonly name: string
  readonly networkId: string
  readonly networkHash: string
  readonly genesis: string
}

function readRules(file: string): Partial<RulesOnDisk> | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<RulesOnDisk>
  } catch {
    return undefined
  }
}

export const otherRules = (directory: DataDirectory, params: ChainParams, network = ''): Error =>
  failure(
    `data directory ${directory.path} holds a chain with other rules (network ${network || 'unknown'}, not ${params.networkId}): choose another --datadir, or move it away`,
  )

/** The id is the beginning of the hash: a file in which it is not is damaged, and the databases decide. */
const isWhole = ({ networkHash, networkId }: Partial<RulesOnDisk>): boolean =>
  networkId !== undefined && networkId !== '' && networkHash?.startsWith(networkId) === true

/** Refuses a directory of other rules, and notes ours in a new one. */
export function claimRules(directory: DataDirectory, params: ChainParams): void {
  const found = readRules(directory.genesis)
  const isOther = found?.networkHash !== params.networkHash
  if (isOther && found && isWhole(found) && found.networkId !== params.networkId)
    throw otherRules(directory, params, found.networkId)
  if (!isOther) return
  const rules: RulesOnDisk = {
    name: params.name,
    networkId: params.networkId,
    networkHash: params.networkHash,
    genesis: params.genesis.hash,
  }
  writeFileSync(directory.genesis, `${JSON.stringify(rules, undefined, 2)}\n`, { mode: 0o600 })
}
