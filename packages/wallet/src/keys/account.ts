import { Point } from '@noble/secp256k1'
import type { AddressParams } from '@raistone/consensus/params'
import { hash160, taggedHasher } from '@raistone/primitives'
import { p2trScript, p2wpkhScript } from '@raistone/script'
import { HDKey } from '@scure/bip32'
import { childKeys, type PublicBranch } from './public-branch.js'

/** Kinds of address: Taproot key path (BIP-0086) and key hash (BIP-0084). */
export type AccountKind = 'tr' | 'wpkh'
export const accountKinds: readonly AccountKind[] = ['tr', 'wpkh']

/** Receiving addresses are on branch 0, change on branch 1. */
export type Branch = 0 | 1

/** Where a key is, from the account's point of view. */
export interface KeyPath {
  readonly kind: AccountKind
  readonly branch: Branch
  readonly index: number
}

const purposes: Readonly<Record<AccountKind, number>> = { tr: 86, wpkh: 84 }

const versionsOf = (address: AddressParams): { private: number; public: number } => ({
  private: address.extendedPrivate,
  public: address.extendedPublic,
})

const accountPath = (kind: AccountKind, address: AddressParams): string =>
  `m/${purposes[kind]}'/${address.coinType}'/0'`

/** The extended public key of the first account, base58. */
export function accountKey(seed: Uint8Array, kind: AccountKind, address: AddressParams): string {
  const key = HDKey.fromMasterSeed(seed, versionsOf(address)).derive(accountPath(kind, address))
  const { publicExtendedKey } = key
  key.wipePrivateData()
  return publicExtendedKey
}

const tapTweak = taggedHasher('TapTweak')

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** BIP-0341: the output key of an internal key without scripts; both x-only. */
export function outputKeyOf(publicKey: Uint8Array): Uint8Array {
  const x = publicKey.subarray(1)
  const even = Uint8Array.of(2, ...x)
  const tweaked = Point.fromBytes(even).add(Point.BASE.multiply(toNumber(tapTweak(x))))
  return tweaked.toBytes(true).slice(1)
}

const scriptOf: Readonly<Record<AccountKind, (publicKey: Uint8Array) => Uint8Array>> = {
  tr: publicKey => p2trScript(outputKeyOf(publicKey)),
  wpkh: publicKey => p2wpkhScript(hash160(publicKey)),
}

/** The addresses of one kind, from the account's public key alone. */
export class Account {
  private readonly branches: readonly ((index: number) => Uint8Array)[]

  constructor(
    readonly kind: AccountKind,
    extendedKey: string,
    address: AddressParams,
  ) {
    const account = HDKey.fromExtendedKey(extendedKey, versionsOf(address))
    this.branches = [0, 1].map(branch => childKeys(account.deriveChild(branch) as PublicBranch))
  }

  script(branch: Branch, index: number): Uint8Array {
    return scriptOf[this.kind]((this.branches[branch] as (index: number) => Uint8Array)(index))
  }
}

/** A private key and its compressed public key. */
export interface SigningKey {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** Finds the keys that spend what their paths were paid. */
export function signingKeys(seed: Uint8Array, address: AddressParams): (path: KeyPath) => SigningKey {
  const master = HDKey.fromMasterSeed(seed, versionsOf(address))
  const branches = new Map<string, HDKey>()
  return ({ kind, branch, index }) => {
    const path = `${accountPath(kind, address)}/${branch}`
    const parent = branches.get(path) ?? master.derive(path)
    branches.set(path, parent)
    const { privateKey, publicKey } = parent.deriveChild(index)
    return { privateKey: privateKey as Uint8Array, publicKey: publicKey as Uint8Array }
  }
}
