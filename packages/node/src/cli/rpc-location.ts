import { resolve } from 'node:path'
import type { Configured } from '../config/settings.js'
import { dataDirectory, readHolder } from '../data-directory.js'
import { type Credentials, readCookie } from '../rpc-access.js'
import { CliError, exitCode, usageError } from './cli-error.js'
import type { Io } from './io.js'

/** Where a node answers JSON-RPC, and as whom to ask. */
export interface RpcLocation {
  readonly url: string
  readonly auth: Credentials
}

/** `typed` credentials go before all others. `--rpc URL`, else the node that holds the data directory, else the chain's port on this machine. */
export function locateRpc(configured: Configured, io: Io, typed?: Credentials): RpcLocation {
  const { settings, params } = configured
  const directory = dataDirectory(configured.directory)
  const given = settings.text('rpc')
  const url = parseUrl(given ?? defaultUrl(configured))
  const inUrl =
    url.username !== ''
      ? { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
      : undefined
  if (inUrl && io.interactive)
    io.note('raistone: a password in a URL can be seen by others on this machine; prefer --rpccookiefile')
  url.username = ''
  url.password = ''
  const auth = typed ?? inUrl ?? passwordOf(configured) ?? cookieOf(configured, directory.cookie)
  if (!auth) {
    throw new CliError(
      exitCode.unreachable,
      `no cookie file ${settings.text('rpccookiefile') ?? directory.cookie}: is a ${params.name} node running with this --datadir? Start one with: raistone node --chain ${params.name}`,
    )
  }
  return { url: url.href, auth }
}

function parseUrl(text: string): URL {
  try {
    return new URL(/^https?:\/\//.test(text) ? text : `http://${text}`)
  } catch {
    throw usageError(`--rpc ${text.replace(/^(https?:\/\/)?.*@/, '')}: not a URL`)
  }
}

function defaultUrl({ settings, params, directory }: Configured): string {
  const host = settings.text('rpcconnect') ?? '127.0.0.1'
  if (settings.text('rpcport') === undefined && settings.text('rpcconnect') === undefined) {
    const running = readHolder(dataDirectory(directory))?.rpc
    if (running !== undefined) return running
  }
  return `http://${host}:${settings.number('rpcport', params.ports.rpc)}/`
}

function passwordOf({ settings }: Configured): Credentials | undefined {
  const password = settings.text('rpcpassword')
  return password === undefined ? undefined : { user: settings.text('rpcuser') ?? '', password }
}

const cookieOf = ({ settings, directory }: Configured, standard: string): Credentials | undefined => {
  const named = settings.text('rpccookiefile')
  return (
    readCookie(named === undefined ? standard : resolve(directory, named)) ??
    (named === undefined ? undefined : readCookie(named))
  )
}
