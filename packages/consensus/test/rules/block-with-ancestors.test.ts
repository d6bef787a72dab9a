import { describe, expect, test } from '@jest/globals'
import { type Block, blockWeight, concatBytes, type Transaction, type TransactionBody } from '@raistone/primitives'
import { type BlockOptions, heightPush, replaceTransaction, replaceWitness, reseal } from '@raistone/testkit'
import { output, spending } from '../support/bodies.js'
import { forksAt, RuleScene, rulesWith } from '../support/rule-scene.js'

const scene = new RuleScene()
const { height } = scene
const { outpoint } = scene.coin(1)
const locked = (lockTime: number, sequence = 0): Transaction =>
  spending([outpoint], [output(5_000_000_000n)], { lockTime, sequence })
const judge = (options: BlockOptions, at = scene) => at.judge(at.build(options))
const script = (...parts: Uint8Array[]) => ({
  coinbase: (body: TransactionBody): TransactionBody => ({
    ...body,
    inputs: body.inputs.map(each => ({ ...each, scriptSig: concatBytes(...parts) })),
  }),
})

describe('bad-txns-nonfinal', () => {
  const nonfinal = { rule: 'bad-txns-nonfinal', cause: 'consensus' }

  test('a lock on a height is over one block later', () => {
    expect(judge({ transactions: [locked(height)] })).toMatchObject(nonfinal)
    expect(judge({ transactions: [locked(height - 1)] })).toBeUndefined()
    expect(judge({ transactions: [locked(height, 0xffffffff)] })).toBeUndefined()
  })

  test('a lock on a time is over when the median time has passed it, whatever the block says (BIP-0113)', () => {
    const late = { header: { time: scene.medianTimePast + 1000 } }
    expect(judge({ transactions: [locked(scene.medianTimePast)], ...late })).toMatchObject(nonfinal)
    expect(judge({ transactions: [locked(scene.medianTimePast - 1)], ...late })).toBeUndefined()
  })

  test('before CSV the time is the block’s own', () => {
    const early = new RuleScene(rulesWith(forksAt({ csv: 6 })))
    const time = early.medianTimePast + 1000
    const on = (lockTime: number) => judge({ transactions: [locked(lockTime)], header: { time } }, early)
    expect(on(time)).toMatchObject(nonfinal)
    expect(on(time - 1)).toBeUndefined()
    early.mine()
    expect(judge({ transactions: [locked(early.medianTimePast)], header: { time } }, early)).toMatchObject(nonfinal)
  })

  test('the coinbase has to be final too', () => {
    const coinbase = (lockTime: number): BlockOptions => ({
      coinbase: body => ({ ...body, lockTime, inputs: body.inputs.map(each => ({ ...each, sequence: 0 })) }),
    })
    expect(judge(coinbase(height))).toMatchObject(nonfinal)
    expect(judge(coinbase(height - 1))).toBeUndefined()
  })
})

describe('bad-cb-height: BIP-0034', () => {
  const wrong = { rule: 'bad-cb-height', cause: 'consensus' }
  const padding = new Uint8Array(4)

  test('the coinbase begins with the height', () => {
    expect(judge(script(heightPush(height)))).toMatchObject({ rule: 'bad-cb-length' })
    expect(judge(script(heightPush(height), padding))).toBeUndefined()
    for (const other of [height - 1, height + 1, 0])
      expect(judge(script(heightPush(other), padding))).toMatchObject(wrong)
    expect(judge(script(padding, heightPush(height)))).toMatchObject(wrong)
  })

  test('pushed in the shortest way: 1 to 16 are opcodes, and numbers are signed', () => {
    const push5 = Uint8Array.of(1, 5)
    expect(height).toBe(5)
    expect(judge(script(push5, padding))).toMatchObject(wrong)
    const long = new RuleScene(rulesWith(), 16)
    expect(judge(script(Uint8Array.of(1, 17), padding), long)).toBeUndefined()
    for (const push of [Uint8Array.of(2, 17, 0), Uint8Array.of(0x4c, 1, 17), Uint8Array.of(0x61)])
      expect(judge(script(push, padding), long)).toMatchObject(wrong)
    while (long.height < 128) long.mine()
    expect(judge(script(Uint8Array.of(2, 128, 0)), long)).toBeUndefined()
    expect(judge(script(Uint8Array.of(1, 128), padding), long)).toMatchObject(wrong)
  })

  test('the script may end before the height does', () => {
    const long = new RuleScene(rulesWith(), 127)
    expect(judge(script(Uint8Array.of(2, 128)), long)).toMatchObject(wrong)
  })

  test('is not asked before', () => {
    const early = new RuleScene(rulesWith(forksAt({ bip34: 6 })))
    expect(judge(script(padding), early)).toBeUndefined()
    early.mine(script(padding))
    expect(judge(script(padding), early)).toMatchObject(wrong)
  })
})

describe('the witness commitment: BIP-0141', () => {
  const tx = spending([outpoint], [output(5_000_000_000n)])
  const [empty, stuffed] = [[], [new Uint8Array(3)]]
  const honest = scene.build({ transactions: [tx] })
  const reserved = (witness: readonly Uint8Array[]): Block => replaceWitness(honest, 0, 0, witness)

  test('bad-witness-nonce-size: the coinbase has one reserved value of 32 bytes', () => {
    const wrong = { rule: 'bad-witness-nonce-size', cause: 'mutated' }
    for (const witness of [empty, [new Uint8Array(31)], [new Uint8Array(33)], [new Uint8Array(32), new Uint8Array(0)]])
      expect(scene.judge(reserved(witness))).toMatchObject(wrong)
    expect(scene.judge(honest)).toBeUndefined()
  })

  test('bad-witness-merkle-match: the witnesses are those committed to, the reserved value among them', () => {
    const wrong = { rule: 'bad-witness-merkle-match', cause: 'mutated' }
    const stray = replaceWitness(honest, 1, 0, stuffed)
    expect(scene.judge(stray)).toMatchObject(wrong)
    expect(scene.judge(reserved([new Uint8Array(32).fill(1)]))).toMatchObject(wrong)
    expect(scene.judge(reseal(stray))).toBeUndefined()
  })

  test('unexpected-witness: without a commitment there is none', () => {
    const bare = scene.build({ transactions: [tx], commitment: false })
    const wrong = { rule: 'unexpected-witness', cause: 'mutated' }
    expect(scene.judge(replaceWitness(bare, 1, 0, stuffed))).toMatchObject(wrong)
    expect(scene.judge(replaceWitness(bare, 0, 0, [new Uint8Array(32)]))).toMatchObject(wrong)
    expect(scene.judge(bare)).toBeUndefined()
  })

  test('the last output of the right shape is the commitment, longer ones too', () => {
    const withOutputs = (change: (outputs: TransactionBody['outputs']) => TransactionBody['outputs']) =>
      scene.judge(
        reseal(
          replaceTransaction(honest, 0, body => ({ ...body, outputs: change(body.outputs) })),
          { commitment: false },
        ),
      )
    const wrong = honest.transactions[0]?.outputs.at(-1)?.script.slice() ?? new Uint8Array()
    wrong[37] = (wrong[37] as number) ^ 1
    expect(withOutputs(outputs => [...outputs, output(0n, wrong)])?.rule).toBe('bad-witness-merkle-match')
    expect(withOutputs(outputs => [output(0n, wrong), ...outputs])).toBeUndefined()
    expect(withOutputs(outputs => [...outputs, output(0n, wrong.subarray(0, 37))])).toBeUndefined()
    const longer = (outputs: TransactionBody['outputs']) =>
      outputs.map((each, i) => (i === 1 ? { ...each, script: concatBytes(each.script, Uint8Array.of(9)) } : each))
    expect(withOutputs(longer)).toBeUndefined()
  })

  test('before SegWit a commitment means nothing, and no block has witnesses', () => {
    const early = new RuleScene(rulesWith(forksAt({ segwit: 6 })), 0)
    for (let i = 0; i < 4; i++) early.mine({ commitment: false })
    const block = early.build({ transactions: [tx], commitment: false })
    expect(early.judge(replaceWitness(block, 1, 0, stuffed))).toMatchObject({ rule: 'unexpected-witness' })
    expect(early.judge(early.build())).toMatchObject({ rule: 'unexpected-witness' })
    expect(early.judge(replaceWitness(early.build(), 0, 0, empty))).toBeUndefined()
  })
})

describe('bad-blk-weight', () => {
  test('witnesses count, once they are known to be the block’s own', () => {
    const tx = spending([outpoint], [output(5_000_000_000n)])
    const heavy = (bytes: number): Block =>
      replaceWitness(scene.build({ transactions: [tx] }), 1, 0, [new Uint8Array(bytes)])
    expect(scene.judge(heavy(4_000_000))).toMatchObject({ rule: 'bad-witness-merkle-match', cause: 'mutated' })
    expect(scene.judge(reseal(heavy(4_000_000)))).toMatchObject({ rule: 'bad-blk-weight', cause: 'consensus' })
    const room = 4_000_000 - blockWeight(heavy(100_000)) + 100_000
    expect(blockWeight(heavy(room))).toBe(4_000_000)
    expect(scene.judge(reseal(heavy(room)))).toBeUndefined()
    expect(scene.judge(reseal(heavy(room + 1)))?.rule).toBe('bad-blk-weight')
  })
})

test('reasons come in Core’s order', () => {
  const options = { transactions: [locked(height)], ...script(new Uint8Array(4)) }
  const noReserved = (block: Block) => replaceWitness(block, 0, 0, [])
  expect(scene.judge(noReserved(scene.build(options)))?.rule).toBe('bad-txns-nonfinal')
  expect(scene.judge(noReserved(scene.build(script(new Uint8Array(4)))))?.rule).toBe('bad-cb-height')
  // A coinbase that claims too much is found with the coins only.
  expect(scene.judge(noReserved(scene.build({ fees: 1n })))?.rule).toBe('bad-witness-nonce-size')
})
