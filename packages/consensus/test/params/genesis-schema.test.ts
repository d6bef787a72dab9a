import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { genesisFile } from '../../src/params/builtin.node.js'
import { GenesisError } from '../../src/params/genesis-error.js'
import { parseGenesisFile } from '../../src/params/genesis-file.js'
import { genesisSchema } from '../../src/params/genesis-schema.js'
import { fullGenesis, retargetKinds, withField, withoutField } from '../support/genesis-files.js'
import { allFields, impossibleValues, wrongTypes } from '../support/schema-walk.js'

/** The field an error names, or what else happened. */
function refusedField(json: unknown): string {
  try {
    parseGenesisFile(json)
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    expect(error.message).toBe(`${error.field}: ${error.problem}`)
    expect(error.problem).not.toMatch(/undefined|NaN|\n/)
    return error.field
  }
  return 'accepted'
}

/** `scriptExceptions` names its fields by block hashes. */
const EXCEPTION = `scriptExceptions.${'0a'.repeat(32)}`

test('the schema beside the genesis files is the one they are judged by', () => {
  const written = readFileSync(join(genesisFile('regtest'), '..', 'genesis.schema.json'), 'utf8')
  expect(JSON.parse(written)).toEqual(genesisSchema)
})

test.each([[], 'text', 7, null, undefined, true])('%p is no genesis file', json => {
  expect(() => parseGenesisFile(json)).toThrow('a genesis file is a JSON object')
})

describe.each(retargetKinds)('each field of a file with retarget %s', kind => {
  const file = fullGenesis(kind)
  const fields = allFields(kind)

  test('is there to begin with', () => {
    expect(refusedField(file)).toBe('accepted')
    expect(fields.length).toBeGreaterThan(50)
  })

  test('may be missing only if it is optional', () => {
    for (const { path, required } of fields) {
      if (/\.0(\.|$)/.test(path) && !required) continue
      expect([path, refusedField(withoutField(file, path))]).toEqual([path, required ? path : 'accepted'])
    }
  })

  test('is refused with another type', () => {
    for (const { path, schema } of fields)
      for (const value of wrongTypes(schema)) {
        // A list is an object without a kind.
        const named = path === 'proofOfWork.retarget' && Array.isArray(value) ? `${path}.kind` : path
        expect([path, value, refusedField(withField(file, path, value))]).toEqual([path, value, named])
      }
  })

  test('is refused beyond its limits', () => {
    const tried = fields.flatMap(({ path, schema }) => impossibleValues(schema).map(value => [path, value] as const))
    expect(tried.length).toBeGreaterThan(80)
    for (const [path, value] of tried) {
      const found = refusedField(withField(file, path, value))
      // Too many items: the first one is wrong too, and either may be named.
      expect([path, value, found.replace(/\.\d+$/, Array.isArray(value) ? '' : '$&')]).toEqual([path, value, path])
    }
  })

  test('has no unknown neighbour', () => {
    const objects = ['', ...fields.filter(({ schema }) => schema.properties).map(({ path }) => path)]
    for (const path of objects)
      for (const key of ['surplus', 'constructor', 'toString']) {
        const unknown = path === '' ? key : `${path}.${key}`
        expect(refusedField(withField(file, unknown, 1))).toBe(unknown)
      }
  })
})

test('an unknown field may be called __proto__', () => {
  const text = JSON.stringify(fullGenesis('none')).replace('{', '{"__proto__":{},')
  expect(refusedField(JSON.parse(text))).toBe('__proto__')
})

test('a signet challenge is a script in whole bytes, and as long as one may be', () => {
  const withChallenge = (challenge: string) => withField(fullGenesis('none'), 'signetChallenge', challenge)
  for (const challenge of ['', '5', '5x', '51'.repeat(10_001)])
    expect(refusedField(withChallenge(challenge))).toBe('signetChallenge')
  expect(parseGenesisFile(withChallenge('51'.repeat(10_000))).signetChallenge).toHaveLength(10_000)
  expect(parseGenesisFile(withoutField(fullGenesis('none'), 'signetChallenge')).signetChallenge).toBeUndefined()
})

test('a BIP-0030 exception names a block', () => {
  const excepting = (...hashes: unknown[]) => withField(fullGenesis('none'), 'bip30Exceptions', hashes)
  expect(refusedField(excepting('0a'.repeat(31)))).toBe('bip30Exceptions.0')
  expect(refusedField(excepting('0a'.repeat(32), 7))).toBe('bip30Exceptions.1')
  expect([...parseGenesisFile(excepting('0a'.repeat(32))).bip30Exceptions]).toEqual(['0a'.repeat(32)])
  expect(parseGenesisFile(withoutField(fullGenesis('none'), 'bip30Exceptions')).bip30Exceptions.size).toBe(0)
})

test('a script exception names a block and has flags', () => {
  const file = fullGenesis('none')
  expect(refusedField(withField(file, EXCEPTION, -1))).toBe(EXCEPTION)
  expect(refusedField(withField(file, EXCEPTION, '1'))).toBe(EXCEPTION)
  expect(refusedField(withField(file, 'scriptExceptions.short', 1))).toBe('scriptExceptions.short')
})
