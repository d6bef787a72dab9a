import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { WalletError } from '../wallet-error.js'
import { lockFolder } from './lock.node.js'
import type { WalletStore } from './wallet-store.js'

const FILE = 'wallet.json'

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Writes beside, brings that to the disk, and only then puts it in place. */
async function replace(folder: string, text: string): Promise<void> {
  const temporary = join(folder, `${FILE}.tmp`)
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, join(folder, FILE))
  await syncFolder(folder)
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const folderOf = (wallets: string, name: string): string => {
  if (!NAME.test(name))
    throw new WalletError(
      'missing',
      `"${name}" is no name for a wallet: use letters, digits, dots, dashes and underscores`,
    )
  return join(wallets, name)
}

/**
 * Opens `<wallets>/<name>/`, whose files only the owner may read; with `create` it must not be there yet, otherwise it
 * must. Throws a WalletError: `exists`, `missing`, `in-use`.
 */
export async function openWalletFile(wallets: string, name: string, create = false): Promise<WalletStore> {
  const folder = folderOf(wallets, name)
  const file = join(folder, FILE)
  const read = (): Promise<string | undefined> =>
    readFile(file, 'utf8').catch(error => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
  if (!create && (await read()) === undefined)
    throw new WalletError(
      'missing',
      `there is no wallet ${name} in ${wallets}: raistone wallet create --wallet ${name}`,
    )
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(folder)
  if ('holder' in lock) throw new WalletError('in-use', `wallet ${name} is in use by process ${lock.holder}`)
  if (create && (await read()) !== undefined) {
    await lock.release()
    throw new WalletError('exists', `wallet ${name} is already there: choose another name with --wallet`)
  }
  const write = async (text: string): Promise<void> => {
    await replace(folder, text)
    // A new folder is kept only once the one that it is in is.
    if (create) await syncFolder(wallets)
  }
  return { read, write, close: lock.release }
}

/** Names of the wallets in the folder, sorted. */
export async function listWallets(wallets: string): Promise<string[]> {
  const entries = await readdir(wallets, { withFileTypes: true }).catch(() => [])
  const names = await Promise.all(
    entries
      .filter(entry => entry.isDirectory())
      .map(async ({ name }) => ((await readdir(join(wallets, name))).includes(FILE) ? name : undefined)),
  )
  return names.filter(name => name !== undefined).sort()
}
