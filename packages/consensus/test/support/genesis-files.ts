import { readFileSync } from 'node:fs'
import { genesisFile } from '../../src/params/builtin.node.js'
import { type GenesisFile, retargetSchemas } from '../../src/params/genesis-schema.js'
import { sealGenesis } from '../../src/params/seal-genesis.js'

/** A genesis file's JSON as it lies in the checkout. */
export const readGenesis = (name: string): GenesisFile => JSON.parse(readFileSync(genesisFile(name), 'utf8'))

export type RetargetKind = keyof typeof retargetSchemas
export const retargetKinds = Object.keys(retargetSchemas) as RetargetKind[]

const retargets: { readonly [K in RetargetKind]: Extract<GenesisFile['proofOfWork']['retarget'], { kind: K }> } = {
  none: { kind: 'none' },
  relative: { kind: 'relative', halfLifeSec: 60, maxGapSec: 700 },
  asert: { kind: 'asert', halfLifeSec: 3600, anchorHeight: 1 },
  bitcoin: { kind: 'bitcoin', intervalBlocks: 2016, allowMinDifficulty: false, enforceBip94: false },
}

/** Regtest with this retarget and with every optional field in use. */
export function fullGenesis(kind: RetargetKind): GenesisFile {
  const regtest = readGenesis('regtest')
  return sealGenesis({
    ...regtest,
    proofOfWork: { ...regtest.proofOfWork, retarget: retargets[kind] },
    scriptExceptions: { ['0a'.repeat(32)]: 1 },
    bip30Exceptions: ['0e'.repeat(32)],
    signetChallenge: '51',
    bootstrap: ['/ip4/127.0.0.1/tcp/1/p2p/12D3KooW'],
    assumeValid: '0b'.repeat(32),
    snapshots: [{ height: 1, block: '0c'.repeat(32), hash: '0d'.repeat(32) }],
  })
}

type Json = Record<string, unknown>

/** `#a.0.b` is walked as a, 0, b. */
function parentOf(
  file: GenesisFile,
  path: string,
): { readonly copy: Json; readonly parent: Json; readonly key: string } {
  const copy = structuredClone(file) as unknown as Json
  const keys = path.split('.')
  const key = keys.pop() as string
  return { copy, parent: keys.reduce((at, step) => at[step] as Json, copy), key }
}

/** A copy with one field changed or added; `path` as a GenesisError names it. */
export function withField(file: GenesisFile, path: string, value: unknown): GenesisFile {
  const { copy, parent, key } = parentOf(file, path)
  parent[key] = value
  return copy as unknown as GenesisFile
}

export function withoutField(file: GenesisFile, path: string): GenesisFile {
  const { copy, parent, key } = parentOf(file, path)
  delete parent[key]
  return copy as unknown as GenesisFile
}
