import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { failure } from './cli/cli-error.js'

/** User and password of JSON-RPC. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Core's name for the user of a cookie file. */
const COOKIE_USER = '__cookie__'

/** A new password for clients on this machine. */
export const newCookie = (): Credentials => ({ user: COOKIE_USER, password: randomBytes(32).toString('hex') })

/** Writes the cookie file in one step, readable by the owner only. */
export function writeCookie(file: string, { user, password }: Credentials): void {
  const temporary = `${file}.tmp`
  try {
    // One that is left over keeps its mode, whatever that is.
    rmSync(temporary, { force: true })
    writeFileSync(temporary, `${user}:${password}`, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, file)
  } catch (error) {
    throw failure(`cannot write cookie file ${file}: ${(error as Error).message}`)
  }
}

/** What a cookie file says; undefined without one. */
export function readCookie(file: string): Credentials | undefined {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8').trim()
  const at = text.indexOf(':')
  return at < 0 ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) }
}

/** Removes the file if it is still ours: another node may have been given the same. */
export function removeCookie(file: string, { password }: Credentials): void {
  if (readCookie(file)?.password === password) rmSync(file, { force: true })
}
