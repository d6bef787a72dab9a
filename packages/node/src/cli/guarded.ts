import { CliError, exitCode } from './cli-error.js'
import type { Io } from './io.js'

/** Runs a command to its exit code: a CliError is one line on standard error, anything else is a bug with its stack. */
export async function guarded(command: () => Promise<number>, io: Io, json = false): Promise<number> {
  try {
    return await command()
  } catch (error) {
    if (!(error instanceof CliError)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      io.note(`raistone: unexpected failure: ${text}`)
      return exitCode.failed
    }
    io.note(
      json ? JSON.stringify({ error: { code: error.code, message: error.message } }) : `raistone: ${error.message}`,
    )
    return error.code
  }
}
