import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ChainParams } from '@raistone/consensus'
import { loadChain } from '@raistone/consensus/builtin'
import { failure, usageError } from '../cli/cli-error.js'
import { readConfFile } from './conf-file.js'
import type { Option } from './option.js'
import { optionTable } from './option-table.js'
import { add, matchOption } from './parse-words.js'

type Env = Readonly<Record<string, string | undefined>>

/** Typed access to the options in force, wherever they were given. */
export class Settings {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  text(name: string): string | undefined {
    const value = this.values.get(name)?.at(-1)
    return value === '' ? undefined : value
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? []
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.text(name)
    return value === undefined ? otherwise : value !== '0'
  }

  /** The number given; a usage error names the option if it is none or out of its range. */
  number(name: string, otherwise: number): number {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const [least, most] = optionTable.find(option => option.name === name)?.range ?? [0, Number.MAX_SAFE_INTEGER]
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      throw usageError(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`)
    }
    return value
  }
}

const variableName = (option: Option): string => `RAISTONE_${option.name.replaceAll('-', '_').toUpperCase()}`

/** Spelled with its words apart, as the command-line page has it. */
const passwordVariable = 'RAISTONE_RPC_PASSWORD'

function fromEnvironment(env: Env): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const option of optionTable) {
    const text = env[variableName(option)] ?? (option.name === 'rpcpassword' ? env[passwordVariable] : undefined)
    if (text === undefined) continue
    const items = option.kind === 'list' ? text.split(',').filter(Boolean) : [text]
    for (const item of items) add(values, { option, negated: false }, item)
  }
  return values
}

export interface Place {
  readonly params: ChainParams
  /** `<datadir>/<chain name>`: everything of one chain. */
  readonly directory: string
  /** The name or file that chose the chain. */
  readonly chainArgument: string
  /** The data directory itself. */
  readonly root: string
}

export interface Configured extends Place {
  readonly settings: Settings
  /** Options of the configuration file that nobody knows: worth a warning, not a failure, as in Core. */
  readonly unknown: readonly string[]
}

const confFile = (root: string, named: string | undefined): string | undefined => {
  if (named !== undefined) {
    const file = resolve(root, named)
    if (!existsSync(file)) throw failure(`configuration file ${file} does not exist`)
    return file
  }
  return [join(root, 'raistone.conf'), join(root, 'bitcoin.conf')].find(existsSync)
}

const expandHome = (path: string): string => (path.startsWith('~/') ? join(homedir(), path.slice(2)) : path)

/** Merges flags, variables and the configuration file, and loads the chain they name. */
export function configure(flags: ReadonlyMap<string, readonly string[]>, env: Env): Configured {
  const variables = fromEnvironment(env)
  const outer = new Map<string, readonly string[]>([...variables, ...flags])
  const first = new Settings(outer)
  const root = resolve(expandHome(first.text('datadir') ?? join(homedir(), '.raistone')))
  const file = confFile(root, first.text('conf'))
  const sections = file === undefined ? new Map() : readConfFile(readFileSync(file, 'utf8'), file)

  const unknown: string[] = []
  const top = confValues(sections.get('') ?? [], unknown)
  const chosen = chainIn(flags) ?? chainIn(variables) ?? chainIn(top) ?? DEFAULT_CHAIN
  const params = loadChainOrFail(chosen)
  const own = confValues(sections.get(params.name) ?? [], unknown)
  const settings = new Settings(new Map([...top, ...own, ...outer]))
  return { params, chainArgument: chosen, settings, root, directory: join(root, params.name), unknown }
}

const DEFAULT_CHAIN = 'devnet'

/** The chain that flags, variables or the file name: Core's `-regtest` is short for `-chain=regtest`. */
function chainIn(values: ReadonlyMap<string, readonly string[]>): string | undefined {
  const settings = new Settings(values)
  const named = settings.text('chain')
  if (!settings.flag('regtest')) return named
  if (named === undefined || named === 'regtest') return 'regtest'
  throw usageError(`--regtest and --chain ${named} are two chains: give one of them`)
}

function loadChainOrFail(nameOrFile: string): ChainParams {
  try {
    return loadChain(nameOrFile)
  } catch (error) {
    throw failure(error instanceof Error ? error.message : String(error))
  }
}

/** Of a name that stands there twice the first line counts, as in bitcoin.conf; lists take all. */
function confValues(lines: readonly (readonly [string, string])[], unknown: string[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of lines) {
    const found = matchOption(name)
    if (!found) unknown.push(name)
    else if (found.option.kind === 'list' || !values.has(found.option.name)) add(values, found, value)
  }
  return values
}
