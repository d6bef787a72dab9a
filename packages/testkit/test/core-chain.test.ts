import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { decodeBlock, toHex } from '@raistone/primitives'
import { readBlockFile, writeBlockFile } from '../src/block-file.js'
import { heightPush } from '../src/coinbase.js'
import { replaceWitness } from '../src/damage.js'
import { canRead, chainsFolder } from '../src/folders.js'
import { hasWork } from '../src/proof-of-work.js'
import { reseal } from '../src/reseal.js'

const suite = canRead('chains') ? describe : describe.skip

suite('a chain made by Bitcoin Core', () => {
  const read = (): Uint8Array => new Uint8Array(readFileSync(join(chainsFolder() as string, 'core-regtest-60k.dat')))

  test('is read block by block and written the same', () => {
    const bytes = read()
    const raws = [...readBlockFile(bytes)].map(({ raw }) => raw)
    expect(raws.length).toBe(425)
    // Compared as one number: a matcher that walks 19 MB takes a minute.
    expect(Buffer.compare(writeBlockFile(raws), bytes)).toBe(0)
  })

  test('has seals that reseal leaves alone, and makes again where a witness was changed', () => {
    const raws = [...readBlockFile(read())].map(({ raw }) => raw)
    for (const height of [1, 16, 17, 128, 301, 425]) {
      const block = decodeBlock(raws[height - 1] as Uint8Array)
      expect(Buffer.compare(reseal(block).raw, block.raw)).toBe(0)
      expect(toHex(block.transactions[0]!.inputs[0]!.scriptSig).startsWith(toHex(heightPush(height)))).toBe(true)
    }
    const last = decodeBlock(raws.at(-1) as Uint8Array)
    const sealed = reseal(replaceWitness(last, 1, 0, []))
    expect(sealed.header.merkleRoot).not.toBe(last.header.merkleRoot)
    expect(hasWork(sealed.header)).toBe(true)
  })
})
