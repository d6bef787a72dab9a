import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { StatusLine } from '../progress/status-line.js'
import { usageError } from './cli-error.js'

/** What a command may touch of the process it runs in; tests give it another one. */
export interface Io {
  /** A line of the result. */
  out(line: string): void
  /** A line of anything else: progress, questions' context, warnings. */
  note(line: string): void
  /** Whether a person can answer: both standard input and standard error are terminals. */
  readonly interactive: boolean
  /** Whether standard output is a terminal. */
  readonly terminal: boolean
  /** Where standard error is a terminal that can redraw a line: its last one. */
  readonly status?: StatusLine | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** The answer to a question, on a terminal; without one a usage error that names `instead`. */
  ask(question: string, instead: string): Promise<string>
  /** The same, with nothing typed shown. */
  askSecret(question: string, instead: string): Promise<string>
  /** All of standard input, as text. */
  input(): Promise<string>
}

/** https://no-color.org: any value but an empty one. */
export const hasColour = ({ env }: Pick<Io, 'env'>): boolean => !env.NO_COLOR

const silent = new Writable({ write: (_chunk, _encoding, done) => done() })

async function question(text: string, hidden: boolean): Promise<string> {
  process.stderr.write(text)
  const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stderr, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}

async function readAll(): Promise<string> {
  process.stdin.setEncoding('utf8')
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return text
}

/** Whoever read our output went away (`| head`): nothing is left to say. */
const endQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
}

/** Notes that nobody reads any more are lost, and nothing else is. */
const loseQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
}

const DEFAULT_COLUMNS = 80

function statusLine(): StatusLine | undefined {
  const { stderr, env } = process
  if (!stderr.isTTY || env.TERM === 'dumb') return undefined
  return new StatusLine(
    text => stderr.write(text),
    () => stderr.columns || DEFAULT_COLUMNS,
  )
}

/** The process's own streams and environment. */
export function processIo(): Io {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', loseQuietly)
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', endQuietly)
  const interactive = Boolean(process.stdin.isTTY && process.stderr.isTTY)
  const asker = (hidden: boolean) => (text: string, instead: string) => {
    if (!interactive) throw usageError(`no terminal to ask on: give ${instead}`)
    return question(text, hidden)
  }
  const status = statusLine()
  return {
    out: line => {
      status?.clear()
      process.stdout.write(`${line}\n`)
    },
    note: line => (status ? status.print(`${line}\n`) : process.stderr.write(`${line}\n`)),
    status,
    interactive,
    terminal: Boolean(process.stdout.isTTY),
    env: process.env,
    ask: asker(false),
    askSecret: asker(true),
    input: readAll,
  }
}
