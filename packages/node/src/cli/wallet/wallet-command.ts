import { parseWords } from '../../config/parse-words.js'
import { configure } from '../../config/settings.js'
import { exitCode, usageError } from '../cli-error.js'
import { commandHelp } from '../help.js'
import type { Io } from '../io.js'
import { asCliError, type WalletContext, walletContext } from './context.js'
import { create, restore } from './create.js'
import { address, balance, history, list } from './look.js'
import { send } from './send.js'

interface Action {
  readonly usage: string
  readonly about: string
  /** Operands it takes at most. */
  readonly operands: number
  readonly run: (context: WalletContext) => Promise<void>
}

const actions: Readonly<Record<string, Action>> = {
  create: { usage: 'create', about: 'make a wallet; prints its twelve words', operands: 0, run: create },
  restore: { usage: 'restore', about: 'make a wallet again from its words', operands: 0, run: restore },
  list: { usage: 'list', about: 'names of the wallets', operands: 0, run: list },
  address: { usage: 'address', about: 'a fresh address to be paid at', operands: 0, run: address },
  balance: { usage: 'balance', about: 'how much there is', operands: 0, run: balance },
  send: { usage: 'send ADDRESS AMOUNT', about: 'pay', operands: 2, run: send },
  history: { usage: 'history', about: 'what came and went', operands: 0, run: history },
}

const actionLines = (): string[] => [
  'actions:',
  ...Object.values(actions).map(({ usage, about }) => `  ${usage.padEnd(34)}${about}`),
]

/** `raistone wallet ACTION`: keys stay in this process; a node only sees addresses and signed transactions. */
export async function run(words: readonly string[], io: Io): Promise<number> {
  const { options, operands, help } = parseWords(words, 'wallet')
  if (help !== 'no') {
    io.out(commandHelp('wallet', help === 'all', actionLines()))
    return exitCode.ok
  }
  const [name, ...rest] = operands
  if (name === undefined) throw usageError(`raistone wallet needs an action: ${Object.keys(actions).join(', ')}`)
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action) throw usageError(`unknown action "${name}"; the actions are ${Object.keys(actions).join(', ')}`)
  if (rest.length > action.operands) throw usageError(`raistone wallet ${action.usage}: too many arguments`)
  const context = walletContext(configure(options, io.env), rest, io)
  try {
    await action.run(context)
    return exitCode.ok
  } catch (error) {
    throw asCliError(error, context.name)
  }
}
