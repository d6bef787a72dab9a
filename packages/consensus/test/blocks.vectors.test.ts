import { expect, test } from '@jest/globals'
import { blockWeight, committedHash, hasWitness, outputTotal, type Transaction, toHex } from '@raistone/primitives'
import { hasVectors, vectorFiles } from '@raistone/testkit'
import { vectorSuite } from '@raistone/testkit/jest'
import { blockSubsidy } from '../src/rules/subsidy.js'
import { BLOCK_INDEX, blockFacts, readRealBlock } from './support/real-blocks.js'

vectorSuite(BLOCK_INDEX, cases => {
  test.each(blockFacts().map(facts => [facts.file, facts] as const))('%s is what it is said to be', (_file, facts) => {
    const { block, params, known } = readRealBlock(facts)
    const { header, transactions } = block
    const [coinbase, ...others] = transactions as [Transaction, ...Transaction[]]
    const commitment = committedHash(coinbase)
    expect({
      ...facts,
      hash: block.hash,
      prev: header.prev,
      merkle_root: header.merkleRoot,
      time: header.time,
      bits: header.bits.toString(16).padStart(8, '0'),
      n_tx: transactions.length,
      n_inputs: others.reduce((sum, tx) => sum + tx.inputs.length, 0),
      size: block.raw.length,
      stripped_size: block.strippedSize,
      weight: blockWeight(block),
      has_witness: transactions.some(hasWitness),
      witness_commitment: commitment ? toHex(commitment) : null,
      first_txid: coinbase.txid,
      last_txid: transactions.at(-1)?.txid,
      coinbase_out: Number(outputTotal(coinbase)),
      ...(facts.subsidy !== undefined && { subsidy: Number(blockSubsidy(facts.height, params)) }),
      ...(known && { spent_known: known.flat().filter(Boolean).length }),
    }).toEqual(facts)
    cases.ran()
  })

  test('names every block that is here', () => {
    const files = vectorFiles('blocks').filter(path => path.endsWith('.bin'))
    expect(
      blockFacts()
        .map(({ file }) => file)
        .sort(),
    ).toEqual(files)
    for (const { spent_file } of blockFacts())
      if (spent_file) expect([spent_file, hasVectors(spent_file)]).toEqual([spent_file, true])
  })
})
