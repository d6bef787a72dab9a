import type { ChainParams } from '@raistone/consensus'
import { isPeerAddress } from '@raistone/network'
import { addressToScript } from '@raistone/primitives'
import { createAllowList } from '@raistone/rpc/server'
import { usageError } from './cli/cli-error.js'
import type { NodeConfig } from './config/node-config.js'

/** The script of an address of this chain; a usage error for any other. */
export function scriptOf(address: string, what: string, params: ChainParams): Uint8Array {
  const parsed = addressToScript(address, params.address)
  if (!('error' in parsed)) return parsed.script
  throw usageError(`${what} ${address}: not an address of ${params.name} (${params.address.hrp}1…): ${parsed.error}`)
}

/** A peer that is not written as one is a usage error. */
function checkPeers({ connect, addnode }: NodeConfig['network']): void {
  for (const [option, addresses] of Object.entries({ connect, addnode })) {
    const wrong = addresses.find(address => !isPeerAddress(address))
    if (wrong !== undefined) throw usageError(`--${option} ${wrong}: not HOST, HOST:PORT or a TCP multiaddr`)
  }
}

/** The script that mined blocks pay. */
export function minerScript({ mining, params }: NodeConfig): Uint8Array {
  if (mining.payTo === undefined) throw usageError('--mine needs --mine-to ADDRESS: whom shall the blocks pay?')
  return scriptOf(mining.payTo, '--mine-to', params)
}

/** Refuses what cannot work before anything on the disk is touched. */
export function checkConfig(config: NodeConfig): void {
  if (config.mining.enabled) minerScript(config)
  checkPeers(config.network)
  try {
    createAllowList(config.rpc.allowIps)
  } catch (error) {
    throw usageError(`--${error instanceof Error ? error.message : String(error)}`)
  }
}
