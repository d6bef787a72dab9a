import { CliError, failure } from './cli/cli-error.js'

const codeOf = (error: unknown): string => {
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return code
  const inner = cause ?? errors?.[0]
  const inText = /\b(EADDRINUSE|EACCES|EADDRNOTAVAIL)\b/.exec(error instanceof Error ? error.message : '')?.[1]
  return inText ?? (inner === undefined ? '' : codeOf(inner))
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'may not be used by this user',
}

/** Why a socket could not be opened, as one line that says what to do. */
export function listenFailure(error: unknown, where: string, option: 'port' | 'rpcport'): Error {
  if (error instanceof CliError) return error
  const code = codeOf(error)
  if (code === 'EADDRNOTAVAIL') {
    return failure(`${where} is not on this machine: choose another with --${option.replace('port', 'bind')}`)
  }
  const reason = reasons[code]
  if (reason) return failure(`${where} ${reason}: choose another with --${option} (0 is any free port)`)
  return error instanceof Error ? error : new Error(String(error))
}
