/** Exit codes of every command but `rpc`, which exits like bitcoin-cli. */
export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  passphrase: 4,
  funds: 5,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** A failure that one clear line explains: printed without a stack, ends the command with its code. */
export class CliError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
    this.name = 'CliError'
  }
}

export const usageError = (message: string): CliError => new CliError(exitCode.usage, message)
export const failure = (message: string): CliError => new CliError(exitCode.failed, message)
