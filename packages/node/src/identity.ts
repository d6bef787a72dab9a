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

function keyIn(text: string): Uint8Array | undefined {
  if (!/^([0-9a-f]{2})+$/.test(text)) return undefined
  const key = new Uint8Array(Buffer.from(text, 'hex'))
  try {
    peerIdOfKey(key)
    return key
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
