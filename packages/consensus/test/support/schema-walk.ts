import { genesisSchema, retargetSchemas } from '../../src/params/genesis-schema.js'
import type { RetargetKind } from './genesis-files.js'

/** The keywords that our schema uses. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
}

/** A place in a genesis file. */
export interface Field {
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function* below({ properties, required, items }: Schema, path: string, kind: RetargetKind): Generator<Field> {
  for (const [key, schema] of Object.entries(properties ?? {}))
    yield* fieldsAt(join(path, key), schema, required?.includes(key) ?? false, kind)
  if (items) yield* fieldsAt(join(path, '0'), items, false, kind)
}

function* fieldsAt(path: string, schema: Schema, required: boolean, kind: RetargetKind): Generator<Field> {
  const chosen: Schema = schema.oneOf ? retargetSchemas[kind] : schema
  yield { path, schema: chosen, required }
  yield* below(chosen, path, kind)
}

/** Every field that a file with this retarget has, lists standing for their first item. */
export const allFields = (kind: RetargetKind): Field[] => [...below(genesisSchema, '', kind)]

const typesOf = ({ type }: Schema): readonly string[] => (typeof type === 'string' ? [type] : (type ?? []))

const ofEachType: readonly (readonly [string, unknown])[] = [
  ['string', 'text'],
  ['integer', 7],
  ['number', 7.5],
  ['boolean', true],
  ['null', null],
  ['object', {}],
  ['array', []],
]

/** One value of each type that the field must not have. */
export const wrongTypes = (schema: Schema): unknown[] =>
  ofEachType.filter(([type]) => !typesOf(schema).includes(type)).map(([, value]) => value)

/** For each of the field's limits a value of the right type that breaks it. */
export function impossibleValues(schema: Schema): unknown[] {
  const values: unknown[] = []
  if (schema.minimum !== undefined) values.push(schema.minimum - 1)
  if (schema.maximum !== undefined) values.push(schema.maximum + 1, Number.POSITIVE_INFINITY)
  if (schema.const !== undefined) values.push(`${schema.const}x`)
  if (schema.minLength !== undefined) values.push('')
  if (schema.maxLength !== undefined) values.push('x'.repeat(schema.maxLength + 1))
  if (schema.pattern !== undefined) values.push('?')
  if (schema.minItems !== undefined) values.push([])
  if (schema.maxItems !== undefined) values.push(Array.from({ length: schema.maxItems + 1 }, () => null))
  return values
}
