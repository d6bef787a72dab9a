import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { WalletError } from '../wallet-error.js'

/** Twelve words. */
export const ENTROPY_BYTES = 16

/** BIP-0039. */
export const wordsOf = (entropy: Uint8Array): string => entropyToMnemonic(entropy, wordlist)

/** The entropy behind BIP-0039 words, however they are spaced; throws a WalletError that does not repeat them. */
export function entropyOf(words: string): Uint8Array {
  const list = words.trim().toLowerCase().normalize('NFKD').split(/\s+/).filter(Boolean)
  const unknown = list.findIndex(word => !wordlist.includes(word))
  if (![12, 15, 18, 21, 24].includes(list.length))
    throw new WalletError('words', `a wallet has 12 to 24 words, not ${list.length}`)
  if (unknown >= 0) throw new WalletError('words', `word ${unknown + 1} is not in the list of BIP-0039`)
  try {
    return mnemonicToEntropy(list.join(' '), wordlist)
  } catch {
    throw new WalletError(
      'words',
      'the checksum in the last word does not fit: one of the words is wrong, or their order',
    )
  }
}

/** Throws a WalletError `words` for words that no wallet can be made of. */
export function checkWords(words: string): void {
  entropyOf(words).fill(0)
}

/** The seed of BIP-0032 keys; the words' own passphrase of BIP-0039 is not used. */
export const seedOf = (entropy: Uint8Array): Promise<Uint8Array> => mnemonicToSeed(wordsOf(entropy))
