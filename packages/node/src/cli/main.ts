import type { Command } from '../config/option.js'
import { version } from '../version.js'
import { CliError, exitCode } from './cli-error.js'
import { guarded } from './guarded.js'
import { generalHelp } from './help.js'
import { type Io, processIo } from './io.js'

/** Each command is loaded when it is called for, so that `raistone rpc` does not load a network stack. */
const commands: Readonly<Record<Command, () => Promise<{ run(words: readonly string[], io: Io): Promise<number> }>>> = {
  node: () => import('./node-command.js'),
  import: () => import('./import-command.js'),
  rpc: () => import('./rpc-command.js'),
  wallet: () => import('./wallet/wallet-command.js'),
}

const isCommand = (word: string | undefined): word is Command => word !== undefined && Object.hasOwn(commands, word)

const isHelp = (word: string | undefined): boolean =>
  word === undefined || word === 'help' || /^--?(help|help-all|h|\?)$/.test(word)

const wantsJson = (words: readonly string[]): boolean => words.some(word => /^--?json(=1)?$/.test(word))

/** Core's tools are called with options first (`-regtest getblockcount`); ours name a command first. */
async function dispatch(words: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = words
  if (isHelp(first)) {
    io.out(generalHelp(version))
    return exitCode.ok
  }
  if (first === '--version' || first === '-version') {
    io.out(`raistone ${version}`)
    return exitCode.ok
  }
  if (!isCommand(first)) {
    throw new CliError(
      exitCode.usage,
      `unknown command "${first}"; the commands are ${Object.keys(commands).join(', ')}`,
    )
  }
  const { run } = await commands[first]()
  return run(rest, io)
}

/** Runs one command line; the result is its exit code. */
export const main = (words: readonly string[], io: Io = processIo()): Promise<number> =>
  guarded(() => dispatch(words, io), io, wantsJson(words))
