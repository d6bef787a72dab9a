import { readFileSync } from 'node:fs'
import type { ChainParams } from '@raistone/consensus'
import type { Settings } from '../../config/settings.js'
import { failure, usageError } from '../cli-error.js'
import type { Io } from '../io.js'

const VARIABLE = 'RAISTONE_WALLET_PASSPHRASE'
const INSTEAD = `--passphrase-file FILE or ${VARIABLE}`

/** The first line of a file, or of standard input for `-`. */
async function firstLine(file: string, io: Io): Promise<string> {
  if (file === '-') return (await io.input()).split(/\r?\n/, 1)[0] ?? ''
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    throw failure(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function given(settings: Settings, io: Io): Promise<string | undefined> {
  const file = settings.text('passphrase-file')
  return file === undefined ? io.env[VARIABLE] : firstLine(file, io)
}

/** The passphrase of a wallet that is there. */
export const askPassphrase = async (settings: Settings, io: Io): Promise<string> =>
  (await given(settings, io)) ?? io.askSecret('Passphrase: ', INSTEAD)

/** The passphrase of a new wallet, typed twice; empty only where coins are for development. */
export async function askNewPassphrase(settings: Settings, params: ChainParams, io: Io): Promise<string> {
  const passphrase = (await given(settings, io)) ?? (await typedTwice(params, io))
  if (passphrase !== '') return passphrase
  if (params.discovery) throw usageError(`a wallet on ${params.name} needs a passphrase: ${INSTEAD}`)
  io.note(`The wallet has no passphrase: whoever reads its file can spend from it. That will do on ${params.name}.`)
  return ''
}

async function typedTwice(params: ChainParams, io: Io): Promise<string> {
  if (!io.interactive && !params.discovery) return ''
  const first = await io.askSecret('Passphrase: ', INSTEAD)
  const second = await io.askSecret('The same again: ', INSTEAD)
  if (first !== second) throw failure('the two passphrases are not the same')
  return first
}

/** The words of a wallet to restore. */
export async function askWords(settings: Settings, io: Io): Promise<string> {
  const file = settings.text('words-file')
  if (file === '-' && settings.text('passphrase-file') === '-')
    throw usageError('--words-file and --passphrase-file cannot both be standard input')
  if (file === undefined) return io.askSecret('The words: ', '--words-file FILE')
  if (file === '-') return io.input()
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw failure(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
