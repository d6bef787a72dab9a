import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A name with its password, or with the salted hash of it that Core's `-rpcauth` has. */
export type RpcCredential =
  | { readonly user: string; readonly password: string }
  | { readonly user: string; readonly salt: string; readonly hash: string }

/** Reads `USER:SALT$HASH`; undefined if it is not of that form. */
export function parseRpcAuth(text: string): RpcCredential | undefined {
  const match = /^([^:]+):([^$]+)\$([0-9a-fA-F]{64})$/.exec(text)
  const [, user, salt, hash] = match ?? []
  return user && salt && hash ? { user, salt, hash: hash.toLowerCase() } : undefined
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares digests, so that neither content nor length shows in the time it takes. */
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))

const passwordFits = (credential: RpcCredential, password: string): boolean =>
  'password' in credential
    ? same(password, credential.password)
    : same(createHmac('sha256', credential.salt).update(password).digest('hex'), credential.hash)

/** The user an `Authorization: Basic` header proves; undefined if none. All credentials are tried, whoever fits. */
export function authenticate(header: string, credentials: readonly RpcCredential[]): string | undefined {
  const match = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header)
  const pair = match ? Buffer.from(match[1] as string, 'base64').toString('utf8') : ''
  const colon = pair.indexOf(':')
  if (colon < 0) return undefined
  const user = pair.slice(0, colon)
  const password = pair.slice(colon + 1)
  let found: string | undefined
  for (const credential of credentials) {
    const fits = passwordFits(credential, password)
    if (same(user, credential.user) && fits) found = credential.user
  }
  return found
}
