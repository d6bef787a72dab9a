import { type Block, createBlock, createTransaction, type MerkleRoot, type Transaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { solve, type TestKey, testKey, withSignetSolution } from '@raistone/testkit'
import { input, outpoint, output, spending, transaction, withTransactions } from '../../support/bodies.js'
import { forksAt, RuleScene, rulesWith } from '../../support/rule-scene.js'
import type { Scene, Subject } from './scene.js'

const { subsidy } = rulesWith().money

const coinbaseOf = ({ transactions }: Block): Transaction => transactions[0] as Transaction

/** A block that commits to no witnesses, so that others may take its transactions' place. */
const bare = (at: RuleScene): Block => at.build({ commitment: false })

/** Payments that spend the first coinbases. */
const payments = (at: RuleScene, count: number): Transaction[] =>
  Array.from({ length: count }, (_, i) => spending([at.coin(i + 1).outpoint], [output(subsidy)]))

/** A block of payments, and the list that it really has. */
const listing = (at: RuleScene, change: (list: Transaction[]) => Transaction[]): Subject => {
  const block = at.build({ transactions: payments(at, 2) })
  return { block: createBlock(block.header, change([...block.transactions])) }
}

/** A block of these transactions and nothing else. */
const holding = (at: RuleScene, ...transactions: Transaction[]): Subject => ({
  block: withTransactions(at.build(), transactions),
})

/** Without witnesses, a coinbase among others of this many bytes. */
const ofSize = (at: RuleScene, size: number): Subject => {
  const filled = (bytes: number): Block => {
    const outputs = [output(subsidy, new Uint8Array(bytes).fill(opcode.OP_RETURN))]
    return at.build({ coinbaseOutputs: outputs, commitment: false })
  }
  return { block: filled(100_000 + size - filled(100_000).strippedSize) }
}

/** Before BIP-0034, so that any transaction may stand where a coinbase belongs. */
const withoutHeights = (): RuleScene => new RuleScene(rulesWith(forksAt({ bip34: 1000 })))

/** 64 bytes without witnesses: one input, one output, 4 bytes of script between them. */
const ofNodeSize = transaction({ inputs: [input(outpoint(1))], outputs: [output(0n, new Uint8Array(4))] })

/** A block whose coinbase pays to scripts with as many signature operations, a multisig counting for 20. */
const signing = (at: RuleScene, sigops: number): Subject => {
  const script = new Uint8Array(Math.floor(sigops / 20) + (sigops % 20)).fill(opcode.OP_CHECKMULTISIG)
  script.fill(opcode.OP_CHECKSIG, script.length - (sigops % 20))
  return { block: at.build({ coinbaseOutputs: [output(subsidy), output(0n, script)] }) }
}

/** A key that may mine, and one that may not. */
const [miner, stranger] = [1, 2].map(testKey) as [TestKey, TestKey]
const challenge = miner.scripts.p2wpkh

/** A chain with a challenge, its blocks signed by the key it names. */
const signet = (): RuleScene => {
  const at = new RuleScene(rulesWith({ signetChallenge: challenge }), 0)
  for (let i = 0; i < 4; i++) at.extend(withSignetSolution(at.build(), challenge, [miner]))
  return at
}

/** What a block is by itself. */
export const bodyScenes: readonly Scene[] = [
  {
    rule: 'satisfiesChallenge',
    name: 'a solution signed with a key that the challenge does not name',
    stage: signet,
    broken: at => ({ block: withSignetSolution(at.build(), challenge, [stranger]) }),
    sound: at => ({ block: withSignetSolution(at.build(), challenge, [miner]) }),
  },
  {
    rule: 'rootOfItsTransactions',
    name: 'another Merkle root',
    broken: at => {
      const { header, transactions } = at.build()
      return { block: createBlock(solve({ ...header, merkleRoot: '11'.repeat(32) as MerkleRoot }), transactions) }
    },
    sound: at => ({ block: at.build() }),
  },
  {
    rule: 'noTailRepeated',
    name: 'the last of three transactions repeated, which leaves the root as it was',
    broken: at => listing(at, list => [...list, list[2] as Transaction]),
    sound: at => listing(at, list => list),
    others: 'bad-txns-inputs-missingorspent',
  },
  {
    rule: 'sizeInRange',
    name: 'no transactions at all',
    broken: at => holding(at),
    sound: at => holding(at, coinbaseOf(bare(at))),
    others: 'bad-cb-missing',
  },
  {
    rule: 'sizeInRange',
    name: '1,000,001 bytes without witnesses',
    broken: at => ofSize(at, 1_000_001),
    sound: at => ofSize(at, 1_000_000),
    others: 'bad-blk-weight',
  },
  {
    rule: 'noInnerNodes',
    name: 'a transaction of 64 bytes, and no coinbase',
    broken: at => holding(at, ofNodeSize, ...payments(at, 1)),
    sound: at => holding(at, coinbaseOf(bare(at)), ...payments(at, 1)),
    others: 'bad-cb-missing',
  },
  {
    rule: 'startsWithCoinbase',
    name: 'a payment in the coinbase’s place',
    stage: withoutHeights,
    broken: at => holding(at, ...payments(at, 2)),
    sound: at => holding(at, coinbaseOf(bare(at)), ...payments(at, 2)),
    others: 'nothing to judge',
  },
  {
    rule: 'oneCoinbase',
    name: 'a second coinbase',
    broken: at => {
      const coinbase = coinbaseOf(bare(at))
      return holding(at, coinbase, createTransaction({ ...coinbase, outputs: [output(0n)] }))
    },
    sound: at => holding(at, coinbaseOf(bare(at))),
    others: 'bad-txns-inputs-missingorspent',
  },
  {
    rule: 'legacySigopsInRange',
    name: '20,001 signature operations, in a block that is not the best chain’s next',
    before: at => [at.build()],
    broken: at => signing(at, 20_001),
    sound: at => signing(at, 20_000),
    state: 'stored',
  },
]
