import { createPrivateKey, createPublicKey } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { newIdentity, peerIdOfKey } from '@raistone/network'
import { failure } from './cli/cli-error.js'

/** The node's private key from its plain file (mode 0600), made on first use. Hex, one line. A CliError if it is none. */
export async function loadIdentity(file: string): Promise<Uint8Array> {
  const existing = readExisting(file)
  if (existing !== undefined) {
    const key = keyIn(existing)
    if (!key) throw failure(`${file} is not a node key: move it away and a new one is made`)
    chmodSync(file, 0o600)
    return key
  }
  const key = await newIdentity()
  const unfinished = `${file}.new`
  writeFileSync(unfinished, `${Buffer.from(key).toString('hex')}\n`, { mode: 0o600, flush: true })
  renameSync(unfinished, file)
  return key
}

/** PKCS #8's frame around the 32 bytes of a private Ed25519 key (RFC 8410). */
const FRAME = Buffer.from('302e020100300506032b657004220420', 'hex')
/** How libp2p writes a private key: Ed25519, with the public key behind it, and the other kinds. */
const ED25519 = /^08011240/
const OTHERS = /^080[023]12/

/** A key with a wrong digit is one that nobody can answer for; its own public key tells. */
function belongsTogether(key: Uint8Array): boolean {
  const digits = Buffer.from(key).toString('hex')
  if (!ED25519.test(digits)) return OTHERS.test(digits)
  const secret = Buffer.concat([FRAME, key.subarray(4, 36)])
  const derived = createPublicKey(createPrivateKey({ key: secret, format: 'der', type: 'pkcs8' }))
  return derived.export({ format: 'jwk' }).x === Buffer.from(key.subarray(36)).toString('base64url')
}

function keyIn(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})+$/.test(text)) return undefined
  const key = new Uint8Array(Buffer.from(text, 'hex'))
  try {
    peerIdOfKey(key)
    return belongsTogether(key) ? key : undefined
  } catch {
    return undefined
  }
}

function readExisting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw failure(`cannot read ${file}: ${(error as Error).message}`)
  }
}
