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

/** Makes a new password and writes it for clients on this machine, readable by the owner only. */
export function writeCookie(file: string): Credentials {
  const password = randomBytes(32).toString('hex')
  const temporary = `${file}.tmp`
  try {
    writeFileSync(temporary, `${COOKIE_USER}:${password}`, { mode: 0o600 })
    renameSync(temporary, file)
  } catch (error) {
    throw failure(`cannot write cookie file ${file}: ${(error as Error).message}`)
  }
  return { user: COOKIE_USER, password }
}

/** What a cookie file says; undefined without one. */
export function readCookie(file: string): Credentials | undefined {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8').trim()
  const at = text.indexOf(':')
  return at < 0 ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) }
}

export const removeCookie = (file: string): void => rmSync(file, { force: true })
