import { mkdirSync } from 'node:fs'
import type { Height } from '@raistone/primitives'
import { writeJson } from '@raistone/rpc'
import { checkWords, Wallet } from '@raistone/wallet'
import { openWalletFile } from '@raistone/wallet/file'
import { claimRules } from '../../rules-on-disk.js'
import { connect, type WalletContext } from './context.js'
import { rpcSource } from './rpc-source.js'
import { askNewPassphrase, askWords } from './secrets.js'

/** A reorganisation deeper than this is not expected to bring payments to a wallet that did not exist. */
const BIRTHDAY_MARGIN = 144

/** Where the chain is now: a new wallet need not look at what came before. 0 where no node can be asked. */
async function birthdayNow(context: WalletContext): Promise<Height> {
  try {
    const { height } = await rpcSource(connect(context)).tip()
    return Math.max(0, height - BIRTHDAY_MARGIN)
  } catch {
    return 0
  }
}

async function make(context: WalletContext, words: string | undefined, birthday: Height): Promise<string> {
  const { configured, directory, io, name } = context
  const { params, settings } = configured
  mkdirSync(directory.wallets, { recursive: true, mode: 0o700 })
  claimRules(directory, params)
  const store = await openWalletFile(directory.wallets, name, true)
  try {
    const passphrase = await askNewPassphrase(settings, params, io)
    const made = await Wallet.create(store, { params, passphrase, birthday, ...(words === undefined ? {} : { words }) })
    return made.words
  } finally {
    await store.close()
  }
}

/** `wallet create`: prints the words, once. */
export async function create(context: WalletContext): Promise<void> {
  const { io, name, json } = context
  const words = await make(context, undefined, await birthdayNow(context))
  io.out(json ? writeJson({ name, words }) : words)
  io.note(`Wallet ${name} is made. Write these words down: they are all that is needed to restore it.`)
}

/** `wallet restore`: the same keys from the words. */
export async function restore(context: WalletContext): Promise<void> {
  const { io, name, json, configured } = context
  const words = await askWords(configured.settings, io)
  checkWords(words)
  await make(context, words, configured.settings.number('birthday', 0))
  io.out(json ? writeJson({ name }) : `Wallet ${name} is restored.`)
}
