import { type OutputUnit, Validator } from '@cfworker/json-schema'
import { type BlockHash, fromHex } from '@raistone/primitives'
import type { ChainParams } from './chain-params.js'
import { buildGenesis } from './genesis-block.js'
import { GenesisError } from './genesis-error.js'
import { type GenesisFile, genesisSchema, retargetSchemas } from './genesis-schema.js'
import { checkSealed, checkSense } from './genesis-sense.js'
import { NETWORK_ID_DIGITS, networkHash } from './network-id.js'

type Schema = ConstructorParameters<typeof Validator>[0]

interface Judge {
  readonly schema: object
  readonly validator: Validator
}

const judgeOf = (schema: object): Judge => ({
  schema,
  validator: new Validator(schema as Schema, '2020-12', false),
})

const fileJudge = judgeOf(genesisSchema)
const retargetJudges = new Map(Object.entries(retargetSchemas).map(([kind, schema]) => [kind, judgeOf(schema)]))

/** `#/money/subsidy` as `money.subsidy`. */
const fieldOf = (location: string): string => location.replace(/^#\/?/, '').replaceAll('/', '.')

const join = (...parts: readonly string[]): string => parts.filter(Boolean).join('.')

const quoted = (error: string): string => /"([^"]*)"/.exec(error)?.[1] ?? ''

/** What a keyword demands, found by its place in the schema (`#/properties/name/pattern`). */
const demanded = (schema: object, location: string): unknown =>
  location
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], schema)

type Explanation = { readonly field: string; readonly problem: string }

/** Failures that need other words than the validator's. An unknown field is judged by the schema `false`. */
const explain: Readonly<Record<string, (unit: OutputUnit, schema: object) => Explanation>> = {
  required: unit => ({ field: join(fieldOf(unit.instanceLocation), quoted(unit.error)), problem: 'is missing' }),
  false: unit => ({ field: fieldOf(unit.instanceLocation), problem: 'is not a known field' }),
  pattern: (unit, schema) => ({
    field: fieldOf(unit.instanceLocation),
    problem: `does not match ${demanded(schema, unit.keywordLocation)}`,
  }),
}
/** Keywords that only repeat what another one says. */
const restatements = new Set(['properties', 'additionalProperties', 'items', 'allOf', 'oneOf', 'propertyNames'])

function problemIn({ validator, schema }: Judge, value: unknown, prefix = ''): GenesisError | undefined {
  const { valid, errors } = validator.validate(value)
  if (valid) return undefined
  const unit = errors.find(error => !restatements.has(error.keyword)) ?? errors[0]
  if (!unit) return new GenesisError(prefix, 'is not valid')
  const told = explain[unit.keyword]?.(unit, schema) ?? {
    field: fieldOf(unit.instanceLocation),
    problem: unit.error,
  }
  return new GenesisError(join(prefix, told.field), told.problem)
}

/** `oneOf` alone would only say that none fits: the kind says which one was meant. */
function checkRetarget(value: unknown): void {
  const { retarget } = (value as { proofOfWork?: { retarget?: { kind?: unknown } } }).proofOfWork ?? {}
  if (typeof retarget !== 'object' || retarget === null) return
  const chosen = retargetJudges.get(String(retarget.kind))
  const field = 'proofOfWork.retarget'
  if (!chosen) throw new GenesisError(`${field}.kind`, `must be one of ${[...retargetJudges.keys()].join(', ')}`)
  const problem = problemIn(chosen, retarget, field)
  if (problem) throw problem
}

/** The value as a genesis file, if every field is there and of its kind. Throws a GenesisError. */
export function checkShape(value: unknown): GenesisFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new GenesisError('', 'a genesis file is a JSON object')
  checkRetarget(value)
  const problem = problemIn(fileJudge, value)
  if (problem) throw problem
  return value as GenesisFile
}

/** Version bytes and prefixes as numbers. */
const addressOf = ({ address }: GenesisFile): ChainParams['address'] => ({
  ...address,
  extendedPublic: Number.parseInt(address.extendedPublic, 16),
  extendedPrivate: Number.parseInt(address.extendedPrivate, 16),
})

export const moneyOf = ({ money }: GenesisFile): ChainParams['money'] => ({
  subsidy: BigInt(money.subsidy),
  halvingBlocks: money.halvingBlocks,
  maxMoney: BigInt(money.maxMoney),
})

/** The chain that a genesis file's JSON defines. Throws a GenesisError that names the field which is wrong. */
export function parseGenesisFile(json: unknown): ChainParams {
  const file = checkShape(json)
  const genesis = buildGenesis(file.genesisBlock)
  const money = moneyOf(file)
  checkSense(file, genesis, money)
  checkSealed(file, genesis)
  const { limit, ...pacing } = file.proofOfWork
  const hash = networkHash(file)
  return {
    name: file.name,
    title: file.title,
    ticker: file.ticker,
    ports: file.ports,
    magic: file.magic,
    address: addressOf(file),
    pow: { ...pacing, limit: BigInt(`0x${limit}`) },
    money,
    coinbaseMaturity: file.coinbaseMaturity,
    forks: file.forks,
    scriptExceptions: new Map(Object.entries(file.scriptExceptions ?? {}) as [BlockHash, number][]),
    bip30Exceptions: new Set((file.bip30Exceptions ?? []) as BlockHash[]),
    signetChallenge: file.signetChallenge === undefined ? undefined : fromHex(file.signetChallenge),
    genesis,
    discovery: file.discovery,
    mineOnDemand: file.mineOnDemand,
    bootstrap: file.bootstrap ?? [],
    minimumChainWork: BigInt(`0x${file.minimumChainWork ?? '0'}`),
    assumeValid: (file.assumeValid ?? undefined) as BlockHash | undefined,
    snapshots: (file.snapshots ?? []) as ChainParams['snapshots'],
    networkHash: hash,
    networkId: hash.slice(0, NETWORK_ID_DIGITS),
  }
}
