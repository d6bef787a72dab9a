import { type OutputUnit, Validator } from '@cfworker/json-schema'
import type { Block, BlockHash } from '@raistone/primitives'
import { bitsToTarget, checkProofOfWork, targetToBits } from '../pow/target.js'
import type { ChainParams } from './chain-params.js'
import { buildGenesis } from './genesis-block.js'
import { GenesisError } from './genesis-error.js'
import { type GenesisFile, genesisSchema, retargetSchemas } from './genesis-schema.js'
import { NETWORK_ID_DIGITS, networkHash } from './network-id.js'

type Schema = ConstructorParameters<typeof Validator>[0]

const validatorOf = (schema: object): Validator => new Validator(schema as Schema, '2020-12', false)

const validator = validatorOf(genesisSchema)
const retargetValidators = new Map(Object.entries(retargetSchemas).map(([kind, schema]) => [kind, validatorOf(schema)]))

/** `#/money/subsidy` as `money.subsidy`. */
const fieldOf = (location: string): string => location.replace(/^#\/?/, '').replaceAll('/', '.')

const join = (...parts: readonly string[]): string => parts.filter(Boolean).join('.')

const quoted = (error: string): string => /"([^"]*)"/.exec(error)?.[1] ?? ''

/** What each keyword's failure means; keywords that only repeat what another one says are left out. */
const explain: Readonly<Record<string, (unit: OutputUnit) => { readonly field: string; readonly problem: string }>> = {
  required: unit => ({ field: join(fieldOf(unit.instanceLocation), quoted(unit.error)), problem: 'is missing' }),
  additionalProperties: unit => ({
    field: join(fieldOf(unit.instanceLocation), quoted(unit.error)),
    problem: 'is not a known field',
  }),
}
const restatements = new Set(['properties', 'items', 'allOf', 'oneOf', 'propertyNames', 'false'])

function problemIn(found: Validator, value: unknown, prefix = ''): GenesisError | undefined {
  const { valid, errors } = found.validate(value)
  if (valid) return undefined
  const unit = errors.find(error => !restatements.has(error.keyword)) ?? errors[0]
  if (!unit) return new GenesisError(prefix, 'is not valid')
  const told = explain[unit.keyword]?.(unit) ?? { field: fieldOf(unit.instanceLocation), problem: unit.error }
  return new GenesisError(join(prefix, told.field), told.problem)
}

/** `oneOf` alone would only say that none fits: the kind says which one was meant. */
function checkRetarget(value: unknown): void {
  const { retarget } = (value as { proofOfWork?: { retarget?: { kind?: unknown } } }).proofOfWork ?? {}
  if (typeof retarget !== 'object' || retarget === null) return
  const chosen = retargetValidators.get(String(retarget.kind))
  const field = 'proofOfWork.retarget'
  if (!chosen) throw new GenesisError(`${field}.kind`, `must be one of ${[...retargetValidators.keys()].join(', ')}`)
  const problem = problemIn(chosen, retarget, field)
  if (problem) throw problem
}

function checkShape(value: unknown): GenesisFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new GenesisError('', 'a genesis file is a JSON object')
  checkRetarget(value)
  const problem = problemIn(validator, value)
  if (problem) throw problem
  return value as GenesisFile
}

const demand = (holds: boolean, field: string, problem: string): void => {
  if (!holds) throw new GenesisError(field, problem)
}

/** What fields say together. */
function checkSense({ money, proofOfWork, genesisBlock }: GenesisFile, genesis: Block): void {
  const limit = BigInt(`0x${proofOfWork.limit}`)
  demand(limit > 0n, 'proofOfWork.limit', 'is zero: no block could be found')
  demand(money.subsidy <= money.maxMoney, 'money.subsidy', `is above money.maxMoney (${money.maxMoney})`)
  demand(
    proofOfWork.retarget.kind !== 'relative' || proofOfWork.retarget.maxGapSec > proofOfWork.spacingSec,
    'proofOfWork.retarget.maxGapSec',
    'is not above proofOfWork.spacingSec: difficulty could never fall',
  )
  const target = bitsToTarget(genesis.header.bits)
  demand(target > 0n, 'genesisBlock.bits', 'is no target')
  demand(target <= bitsToTarget(targetToBits(limit)), 'genesisBlock.bits', 'is easier than proofOfWork.limit')
  const paid = genesisBlock.outputs.reduce((sum, { value }) => sum + value, 0)
  demand(paid <= money.maxMoney, 'genesisBlock.outputs', `pay more than money.maxMoney (${money.maxMoney})`)
  demand(genesis.hash === genesisBlock.hash, 'genesisBlock.hash', `is not the block's hash, which is ${genesis.hash}`)
  demand(
    checkProofOfWork(genesis.hash, genesis.header.bits, limit),
    'genesisBlock.nonce',
    'does not solve the block: its hash is above the target',
  )
}

/** Version bytes and prefixes as numbers. */
const addressOf = ({ address }: GenesisFile): ChainParams['address'] => ({
  ...address,
  extendedPublic: Number.parseInt(address.extendedPublic, 16),
  extendedPrivate: Number.parseInt(address.extendedPrivate, 16),
})

/** The chain that a genesis file's JSON defines. Throws a GenesisError that names the field which is wrong. */
export function parseGenesisFile(json: unknown): ChainParams {
  const file = checkShape(json)
  const genesis = buildGenesis(file.genesisBlock)
  checkSense(file, genesis)
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
    money: {
      subsidy: BigInt(file.money.subsidy),
      halvingBlocks: file.money.halvingBlocks,
      maxMoney: BigInt(file.money.maxMoney),
    },
    coinbaseMaturity: file.coinbaseMaturity,
    forks: file.forks,
    scriptExceptions: new Map(Object.entries(file.scriptExceptions ?? {}) as [BlockHash, number][]),
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
