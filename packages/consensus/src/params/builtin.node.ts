import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ChainParams } from './chain-params.js'
import { GenesisError } from './genesis-error.js'
import { parseGenesisFile } from './genesis-file.js'

/** The chains that come with Raistone. */
export const builtinChains = ['devnet', 'regtest', 'raistone'] as const

/** Beside the package when it was installed from a registry, at the root of the checkout otherwise. */
const folders = [new URL('../../../genesis/', import.meta.url), new URL('../../../../../genesis/', import.meta.url)]

const builtinFile = (name: string): string | undefined =>
  (builtinChains as readonly string[]).includes(name)
    ? folders.map(folder => fileURLToPath(new URL(`${name}.json`, folder))).find(existsSync)
    : undefined

/** The genesis file that a chain's name, or a path, stands for. Throws a GenesisError. */
export function genesisFile(nameOrFile: string): string {
  const file = builtinFile(nameOrFile) ?? nameOrFile
  if (existsSync(file)) return file
  throw new GenesisError(
    '',
    `no chain and no genesis file is called "${nameOrFile}"; chains: ${builtinChains.join(', ')}`,
  )
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new GenesisError('', `genesis file ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The chain of that name or genesis file. Throws a GenesisError that names file and field. */
export function loadChain(nameOrFile: string): ChainParams {
  const file = genesisFile(nameOrFile)
  const json = readJson(file)
  try {
    return parseGenesisFile(json)
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    throw new GenesisError(error.field, `${error.problem} (genesis file ${file})`)
  }
}
