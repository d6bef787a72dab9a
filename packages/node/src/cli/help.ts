import type { Command } from '../config/option.js'
import { optionTable } from '../config/option-table.js'

interface CommandHelp {
  readonly usage: string
  readonly about: string
}

export const commandTable: Readonly<Record<Command, CommandHelp>> = {
  node: { usage: 'raistone node [options]', about: 'run a full node' },
  import: {
    usage: 'raistone import FILE [options]',
    about: 'take in blocks from a file of Core’s format (blk*.dat, bootstrap.dat)',
  },
  rpc: { usage: 'raistone rpc [options] METHOD [ARGUMENTS…]', about: 'ask a node by JSON-RPC, as bitcoin-cli does' },
  wallet: {
    usage: 'raistone wallet ACTION [options]',
    about: 'keys, payments and history; the keys stay in this process',
  },
}

const pad = (text: string, width: number): string =>
  text.length < width ? text.padEnd(width) : `${text}\n${' '.repeat(width + 2)}`

/** One line per option; the rare ones only with `all`. */
export function commandHelp(command: Command, all: boolean, extra: readonly string[] = []): string {
  const rows = optionTable.filter(option => option.of.includes(command) && (all || !option.rare))
  const lines = rows.map(
    option => `  ${pad(`--${option.name}${option.value ? ` ${option.value}` : ''}`, 34)}${option.help}`,
  )
  return [
    `usage: ${commandTable[command].usage}`,
    commandTable[command].about,
    ...(extra.length > 0 ? ['', ...extra] : []),
    '',
    'options (also as RAISTONE_NAME variables and as name=value lines of raistone.conf):',
    ...lines,
    ...(all ? [] : ['  --help-all                        every option']),
  ].join('\n')
}

export function generalHelp(version: string): string {
  const commands = Object.entries(commandTable).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  return [
    `raistone ${version}: a full node for proof-of-work payment ledgers`,
    '',
    'usage: raistone COMMAND [options]',
    '',
    ...commands,
    '',
    'raistone COMMAND --help says more. Chains: devnet (mines by itself), regtest (Bitcoin’s), raistone, or a genesis file.',
  ].join('\n')
}
