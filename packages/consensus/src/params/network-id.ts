import { sha256, toHex } from '@raistone/primitives'
import type { GenesisFile } from './genesis-schema.js'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** JSON with sorted keys, no spaces, and integers as decimal strings: one text for one value. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number') return JSON.stringify(String(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value as Record<string, Json>).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** Rules that came after the first chains: one that is not used leaves no trace, and their ids stay what they are. */
const laterFields = ({ bip30Exceptions = [], signetChallenge }: GenesisFile): { readonly [key: string]: Json } => ({
  ...(bip30Exceptions.length > 0 && { bip30Exceptions: [...new Set(bip30Exceptions)].sort() }),
  ...(signetChallenge !== undefined && { signetChallenge }),
})

/** The fields that decide which blocks are valid; nothing about names, addresses, ports or whom to meet. */
function consensusFields(file: GenesisFile): { readonly [key: string]: Json } {
  const { proofOfWork, money, coinbaseMaturity, forks, scriptExceptions = {} } = file
  return {
    proofOfWork: { ...proofOfWork, retarget: { ...proofOfWork.retarget } },
    money,
    coinbaseMaturity,
    forks: { ...forks },
    scriptExceptions,
    ...laterFields(file),
  }
}

const hashOf = (value: Json): string => toHex(sha256(new TextEncoder().encode(canonicalJson(value))))

/** SHA-256 of the canonical JSON of every consensus field, the genesis hash among them, hex. */
export const networkHash = (file: GenesisFile): string =>
  hashOf({ ...consensusFields(file), genesis: file.genesisBlock.hash })

/** How much of a hash names a network. */
export const NETWORK_ID_DIGITS = 16

/** The same without the genesis hash, cut to an id: what the genesis block of a chain can commit to. */
export const rulesId = (file: GenesisFile): string => hashOf(consensusFields(file)).slice(0, NETWORK_ID_DIGITS)
