import { Writable } from 'node:stream'
import type { Log } from '@raistone/network'
import { type Logger, multistream, pino, stdTimeFunctions } from 'pino'
import { failure } from '../cli/cli-error.js'
import { RotatingFile } from './rotating-file.js'

interface LogOptions {
  /** File that gets everything, one JSON object a line. */
  readonly file: string
  /** Standard error gets readable lines. */
  readonly console: boolean
  readonly debug: boolean
  /** Takes lines for standard error, where something else is shown there too. */
  readonly write?: ((line: string) => void) | undefined
}

export interface NodeLog extends Log {
  /** Ends the file; what is logged afterwards is lost. */
  close(): void
}

const hidden = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'scope'])

/** `12:34:56 chain   tip height=5 hash=…` */
export function readableLine(json: string): string {
  const record = JSON.parse(json) as Record<string, unknown>
  const time = String(record.time).slice(11, 19)
  const fields = Object.entries(record).filter(([name]) => !hidden.has(name))
  const level = record.level === 'error' ? 'ERROR ' : ''
  const shown = fields.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return `${time} ${String(record.scope ?? 'node').padEnd(8)} ${level}${record.msg}${shown.join('')}\n`
}

const readable = (write: (line: string) => void): Writable =>
  new Writable({
    write(chunk, _encoding, done) {
      write(readableLine(String(chunk)))
      done()
    },
  })

const toStandardError = (line: string): void => {
  process.stderr.write(line)
}

const wrap = (logger: Logger): Log => ({
  error: (event, fields = {}) => logger.error(plain(fields), event),
  info: (event, fields = {}) => logger.info(plain(fields), event),
  debug: (event, fields = {}) => logger.debug(plain(fields), event),
  child: scope => wrap(logger.child({ scope })),
})

const plain = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )

/** Of the log file; as much again is kept of what was written before. */
const MOST_BYTES = 16 * 1024 * 1024

function openFile(path: string): RotatingFile {
  try {
    return new RotatingFile(path, MOST_BYTES)
  } catch (error) {
    throw failure(`cannot write the log ${path}: ${(error as Error).message}`)
  }
}

/** The node's log: structured lines in a file, readable ones on standard error. Throws a CliError. */
export function createLog(options: LogOptions): NodeLog {
  const file = openFile(options.file)
  const level = options.debug ? 'debug' : 'info'
  const shown = readable(options.write ?? toStandardError)
  const streams = [{ level, stream: file }, ...(options.console ? [{ level: 'info', stream: shown }] : [])]
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
    },
    multistream(streams),
  )
  return { ...wrap(logger), close: () => file.close() }
}

/** Drops everything: for nodes inside tests. */
export const silentLog: NodeLog = { error() {}, info() {}, debug() {}, child: () => silentLog, close() {} }
