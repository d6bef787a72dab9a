import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { newIdentity } from '@raistone/network'
import { failure } from './cli/cli-error.js'

/** The node's private key from its plain file (mode 0600), made on first use. Hex, one line. */
export async function loadIdentity(file: string): Promise<Uint8Array> {
  const existing = readExisting(file)
  if (existing !== undefined) {
    if (!/^([0-9a-f]{2})+$/.test(existing))
      throw failure(`${file} is not a node key: move it away and a new one is made`)
    chmodSync(file, 0o600)
    return new Uint8Array(Buffer.from(existing, 'hex'))
  }
  const key = await newIdentity()
  writeFileSync(file, `${Buffer.from(key).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

function readExisting(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw failure(`cannot read ${file}: ${(error as Error).message}`)
  }
}
