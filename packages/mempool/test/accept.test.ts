import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Cause } from '@raistone/consensus'
import {
  concatBytes,
  createTransaction,
  emptyBytes,
  hash160,
  type Outpoint,
  sha256,
  type Transaction,
  type TxOut,
  transactionWeight,
} from '@raistone/primitives'
import { anchorScript, opcode, p2shScript, p2wshScript, pushData } from '@raistone/script'
import { type OwnedCoin, ownedCoin, spend, testKey } from '@raistone/testkit'
import { key, pay, Scene, toKey } from './support/scene.js'

const data = (length: number): Uint8Array =>
  concatBytes(Uint8Array.of(opcode.OP_RETURN), pushData(new Uint8Array(length)))

/** So many bytes of a script that only pushes; a push takes 520 bytes and three for its length. */
const pushes = (length: number): Uint8Array =>
  concatBytes(...new Array(3).fill(pushData(new Uint8Array(520))), pushData(new Uint8Array(length - 3 * 523 - 2)))

const multisig = (keys: number): Uint8Array =>
  concatBytes(
    Uint8Array.of(opcode.OP_1),
    ...Array.from({ length: keys }, (_, n) => pushData(testKey(n).publicKey)),
    Uint8Array.of(opcode.OP_1 - 1 + keys, opcode.OP_CHECKMULTISIG),
  )

/** Signature operations that are never run. */
const idleSigops = (count: number): Uint8Array =>
  Uint8Array.of(
    opcode.OP_0,
    opcode.OP_IF,
    ...new Array<number>(count).fill(opcode.OP_CHECKSIG),
    opcode.OP_ENDIF,
    opcode.OP_1,
  )

/** Takes one item of any size and is content. */
const dropScript = Uint8Array.of(opcode.OP_DROP, opcode.OP_1)
const upgradable = Uint8Array.of(opcode.OP_NOP4, opcode.OP_1)
const anyone = Uint8Array.of(opcode.OP_1)

/** What the cases spend; the last block's coin is not mature yet. */
interface Coins {
  /** Taproot: its spends have the same size whatever they sign. */
  readonly taproot: OwnedCoin
  readonly older: OwnedCoin
  readonly youngest: OwnedCoin
  readonly lastMature: OwnedCoin
  readonly height: number
  readonly medianTimePast: number
  /** Where an output with this script lies, 50 coins. */
  readonly at: (script: Uint8Array) => Outpoint
}

const scripts = {
  anyone,
  p2sh15: p2shScript(hash160(idleSigops(15))),
  p2sh16: p2shScript(hash160(idleSigops(16))),
  drop: p2wshScript(sha256(dropScript)),
  upgradable: p2wshScript(sha256(upgradable)),
}

const value = 5_000_000_000n

function unlock(
  prevout: Outpoint,
  scriptSig: Uint8Array,
  witness: readonly Uint8Array[] = [],
  outputs: readonly TxOut[] = [toKey(value - 10_000n)],
): Transaction {
  return createTransaction({
    version: 2,
    inputs: [{ prevout, scriptSig, sequence: 0xffffffff, witness }],
    outputs,
    lockTime: 0,
  })
}

/** The transaction with another scriptSig in its first input. */
const withScriptSig = (tx: Transaction, scriptSig: Uint8Array): Transaction =>
  createTransaction({ ...tx, inputs: tx.inputs.map(input => ({ ...input, scriptSig })) })

const withOutputs = (coin: OwnedCoin, ...outputs: TxOut[]): Transaction => spend([coin], outputs)

/** Pays one output of exactly this weight in all. */
function ofWeight(coin: OwnedCoin, weight: number): Transaction {
  const guess = withOutputs(coin, { value: 0n, script: data(99_000) })
  const tx = withOutputs(coin, { value: 0n, script: data(99_000 + (weight - transactionWeight(guess)) / 4) })
  expect(transactionWeight(tx)).toBe(weight)
  return tx
}

/** Fee for this spend at the rate that relay demands. */
const leastFee = (coin: OwnedCoin): bigint => {
  const vsize = Math.ceil(transactionWeight(pay([coin])) / 4)
  return (BigInt(vsize) * 100n + 999n) / 1000n
}

const badSignature = (tx: Transaction): Transaction =>
  createTransaction({
    ...tx,
    inputs: tx.inputs.map(input => ({ ...input, witness: input.witness.map(item => item.map(byte => byte ^ 1)) })),
  })

interface Case {
  readonly rule: string
  readonly cause: Cause
  readonly about: string
  readonly breaks: (coins: Coins) => Transaction
  /** One step inside the limit. */
  readonly inside?: (coins: Coins) => Transaction
  /** What is wrong with the neighbour, where something else must be. */
  readonly insideFails?: string
}

const lockedAt = (coin: OwnedCoin, lockTime: number, sequence = 0xfffffffe): Transaction =>
  pay([coin], 1000n, 1, { lockTime, sequence })

const cases: readonly Case[] = [
  {
    rule: 'bad-txns-vout-empty',
    cause: 'consensus',
    about: 'pays nobody',
    breaks: ({ taproot }) => createTransaction({ ...pay([taproot]), outputs: [] }),
  },
  {
    rule: 'version',
    cause: 'policy',
    about: 'version 0',
    breaks: ({ taproot }) => pay([taproot], 1000n, 1, { version: 0 }),
    inside: ({ taproot }) => pay([taproot], 1000n, 1, { version: 1 }),
  },
  {
    rule: 'version',
    cause: 'policy',
    about: 'version 4',
    breaks: ({ taproot }) => pay([taproot], 1000n, 1, { version: 4 }),
    inside: ({ taproot }) => pay([taproot], 1000n, 1, { version: 3 }),
  },
  {
    rule: 'version',
    cause: 'policy',
    about: 'a version whose highest bit is set is not negative',
    breaks: ({ taproot }) => pay([taproot], 1000n, 1, { version: 0xffffffff }),
  },
  {
    rule: 'tx-size',
    cause: 'policy',
    about: 'weight above 400,000',
    breaks: ({ taproot }) => ofWeight(taproot, 400_004),
    inside: ({ taproot }) => ofWeight(taproot, 400_000),
  },
  {
    rule: 'scriptsig-size',
    cause: 'policy',
    about: 'scriptSig above 1,650 bytes',
    breaks: ({ taproot }) => withScriptSig(pay([taproot]), pushes(1651)),
    inside: ({ taproot }) => withScriptSig(pay([taproot]), pushes(1650)),
    insideFails: 'mempool-script-verify-flag-failed (Witness requires empty scriptSig)',
  },
  {
    rule: 'scriptsig-not-pushonly',
    cause: 'policy',
    about: 'scriptSig that does something',
    breaks: ({ taproot }) => withScriptSig(pay([taproot]), Uint8Array.of(opcode.OP_NOP)),
    inside: ({ taproot }) => withScriptSig(pay([taproot]), Uint8Array.of(opcode.OP_1)),
    insideFails: 'mempool-script-verify-flag-failed (Witness requires empty scriptSig)',
  },
  {
    rule: 'scriptpubkey',
    cause: 'policy',
    about: 'an output of no known form',
    breaks: ({ taproot }) => withOutputs(taproot, { value: 1000n, script: Uint8Array.of(opcode.OP_DUP) }),
    inside: ({ taproot }) => withOutputs(taproot, { value: 1000n, script: anchorScript() }, toKey(1000n)),
  },
  {
    rule: 'scriptpubkey',
    cause: 'policy',
    about: 'a bare multisig of four keys',
    breaks: ({ taproot }) => withOutputs(taproot, { value: 1000n, script: multisig(4) }),
    inside: ({ taproot }) => withOutputs(taproot, { value: 1000n, script: multisig(3) }),
  },
  {
    rule: 'dust',
    cause: 'policy',
    about: 'an output that costs more than it is worth',
    breaks: ({ taproot }) => withOutputs(taproot, toKey(293n)),
    inside: ({ taproot }) => withOutputs(taproot, toKey(294n)),
  },
  {
    rule: 'dust',
    cause: 'policy',
    about: 'two such outputs, whatever the fee',
    breaks: ({ taproot }) => withOutputs(taproot, toKey(value), toKey(0n), toKey(0n)),
    inside: ({ taproot }) => withOutputs(taproot, toKey(value), toKey(0n)),
    insideFails: 'min relay fee not met',
  },
  {
    rule: 'tx-size-small',
    cause: 'policy',
    about: '64 bytes without witnesses',
    breaks: ({ taproot }) => withOutputs(taproot, { value: 0n, script: data(2) }),
    inside: ({ taproot }) => withOutputs(taproot, { value: 0n, script: data(3) }),
  },
  {
    rule: 'non-final',
    cause: 'early',
    about: 'locked until after the next block',
    breaks: ({ taproot, height }) => lockedAt(taproot, height + 1),
    inside: ({ taproot, height }) => lockedAt(taproot, height),
  },
  {
    rule: 'non-final',
    cause: 'early',
    about: 'locked until the median time, which must have passed',
    breaks: ({ taproot, medianTimePast }) => lockedAt(taproot, medianTimePast),
    inside: ({ taproot, medianTimePast }) => lockedAt(taproot, medianTimePast - 1),
  },
  {
    rule: 'non-final',
    cause: 'early',
    about: 'locked for centuries, unless all inputs are final',
    breaks: ({ taproot }) => lockedAt(taproot, 0xffffffff),
    inside: ({ taproot }) => lockedAt(taproot, 0xffffffff, 0xffffffff),
  },
  {
    rule: 'bad-txns-inputs-missingorspent',
    cause: 'missing',
    about: 'an output that never was',
    breaks: ({ taproot }) => pay([{ ...taproot, outpoint: { ...taproot.outpoint, vout: 7 } }]),
    inside: ({ taproot }) => pay([taproot]),
  },
  {
    rule: 'non-BIP68-final',
    cause: 'early',
    about: 'a coin younger than the sequence says',
    breaks: ({ older, height }) => pay([older], 1000n, 1, { sequence: height + 1 }),
    inside: ({ older, height }) => pay([older], 1000n, 1, { sequence: height }),
  },
  {
    rule: 'non-BIP68-final',
    cause: 'early',
    about: 'a coin younger than 512 seconds',
    breaks: ({ older }) => pay([older], 1000n, 1, { sequence: 0x00400001 }),
    inside: ({ older }) => pay([older], 1000n, 1, { sequence: 0x00400000 }),
  },
  {
    rule: 'non-BIP68-final',
    cause: 'early',
    about: 'the same, from version 2 on',
    breaks: ({ older }) => pay([older], 1000n, 1, { sequence: 0xffff }),
    inside: ({ older }) => pay([older], 1000n, 1, { sequence: 0xffff, version: 1 }),
  },
  {
    rule: 'bad-txns-premature-spend-of-coinbase',
    cause: 'early',
    about: 'a coinbase that is one block too young',
    breaks: ({ youngest }) => pay([youngest]),
    inside: ({ lastMature }) => pay([lastMature]),
  },
  {
    rule: 'bad-txns-in-belowout',
    cause: 'consensus',
    about: 'more than it has',
    breaks: ({ taproot }) => withOutputs(taproot, toKey(value + 1n)),
    inside: ({ taproot }) => withOutputs(taproot, toKey(value)),
    insideFails: 'min relay fee not met',
  },
  {
    rule: 'bad-txns-nonstandard-inputs',
    cause: 'policy',
    about: 'a coin of no known form',
    breaks: ({ at }) => unlock(at(scripts.anyone), emptyBytes),
  },
  {
    rule: 'bad-txns-nonstandard-inputs',
    cause: 'policy',
    about: 'a redeem script with 16 signature operations',
    breaks: ({ at }) => unlock(at(scripts.p2sh16), pushData(idleSigops(16))),
    inside: ({ at }) => unlock(at(scripts.p2sh15), pushData(idleSigops(15))),
  },
  {
    rule: 'bad-witness-nonstandard',
    cause: 'policy',
    about: 'a witness item of 81 bytes',
    breaks: ({ at }) => unlock(at(scripts.drop), emptyBytes, [new Uint8Array(81), dropScript]),
    inside: ({ at }) => unlock(at(scripts.drop), emptyBytes, [new Uint8Array(80), dropScript]),
  },
  {
    rule: 'bad-txns-too-many-sigops',
    cause: 'policy',
    about: 'signature operations that cost more than 16,000',
    breaks: ({ taproot }) => withOutputs(taproot, ...new Array(201).fill({ value: 1000n, script: multisig(1) })),
    inside: ({ taproot }) => withOutputs(taproot, ...new Array(200).fill({ value: 1000n, script: multisig(1) })),
  },
  {
    rule: 'min relay fee not met',
    cause: 'policy',
    about: 'one satoshi less than relay demands',
    breaks: ({ taproot }) => pay([taproot], leastFee(taproot) - 1n),
    inside: ({ taproot }) => pay([taproot], leastFee(taproot)),
  },
  {
    rule: 'mempool-script-verify-flag-failed (Invalid Schnorr signature)',
    cause: 'consensus',
    about: 'a signature of something else',
    breaks: ({ taproot }) => badSignature(pay([taproot])),
    inside: ({ taproot }) => pay([taproot]),
  },
  {
    rule: 'mempool-script-verify-flag-failed (NOPx reserved for soft-fork upgrades)',
    cause: 'policy',
    about: 'a script that only relay refuses',
    breaks: ({ at }) => unlock(at(scripts.upgradable), emptyBytes, [upgradable]),
  },
]

describe('a transaction alone', () => {
  let scene: Scene
  let coins: Coins

  beforeAll(async () => {
    scene = await Scene.open({ blocks: 1 })
    const found = new Map<Uint8Array, Outpoint>()
    for (const script of Object.values(scripts)) {
      const block = await scene.mine({ payTo: script })
      found.set(script, { txid: block.transactions[0]!.txid, vout: 0 })
    }
    const taproot = (await scene.mine({ payTo: key.scripts.p2tr })).transactions[0]!
    await scene.mine()
    await scene.mine()
    const { height, medianTimePast } = scene.chain.tip
    coins = {
      taproot: ownedCoin(taproot, 0, key),
      older: await scene.minted(1),
      youngest: await scene.minted(height),
      lastMature: await scene.minted(height - 1),
      height,
      medianTimePast,
      at: script => found.get(script) as Outpoint,
    }
  })
  afterAll(() => scene.close())

  test.each(cases.map(each => [each.rule, each.about, each] as const))('%s: %s', async (rule, _about, each) => {
    const { reject } = await scene.accept(each.breaks(coins))
    expect(reject).toMatchObject({ rule, cause: each.cause })
    expect(scene.pool.size).toBe(0)
    if (!each.inside) return
    const neighbour = await scene.pool.accept(each.inside(coins), { testOnly: true })
    expect(neighbour.reject?.rule).toBe(each.insideFails)
  })

  test('coinbase: nobody sends one', async () => {
    const block = scene.builder().build()
    expect((await scene.accept(block.transactions[0]!)).reject).toMatchObject({ rule: 'coinbase', cause: 'consensus' })
  })

  test('max-fee-exceeded: the sender says what is too much', async () => {
    const tx = pay([coins.taproot], 10_000n)
    const rate = (10_000n * 1000n) / BigInt(Math.ceil(transactionWeight(tx) / 4))
    const judged = (maxFeeRateSatPerKvb: bigint) => scene.pool.accept(tx, { testOnly: true, maxFeeRateSatPerKvb })
    expect((await judged(rate - 1n)).reject?.rule).toBe('max-fee-exceeded')
    expect((await judged(rate)).reject).toBeUndefined()
    expect((await judged(0n)).reject).toBeUndefined()
  })

  test('testing takes nothing in and tells nobody', async () => {
    const added: string[] = []
    const off = scene.pool.events.on('added', ({ entry }) => added.push(entry.tx.txid))
    const { sequence } = scene.pool
    const { entry } = await scene.pool.accept(pay([coins.taproot]), { testOnly: true })
    off()
    expect(entry?.fee).toBe(1000n)
    expect([scene.pool.size, scene.pool.usage, added.length, scene.pool.sequence - sequence]).toEqual([0, 0, 0, 0])
  })

  describe('of several faults the one Core finds first is told', () => {
    const nonFinal = { lockTime: 0xffffffff, sequence: 0 }
    test.each<readonly [string, (coins: Coins) => Transaction]>([
      ['version', ({ taproot }) => pay([taproot], 1000n, 1, { version: 4, ...nonFinal })],
      ['dust', ({ taproot }) => spend([taproot], [toKey(0n), toKey(0n)], nonFinal)],
      [
        'non-final',
        ({ youngest }) => pay([{ ...youngest, outpoint: { ...youngest.outpoint, vout: 9 } }], 0n, 1, nonFinal),
      ],
      ['non-BIP68-final', ({ youngest }) => pay([youngest], 0n, 1, { sequence: 100 })],
      ['bad-txns-premature-spend-of-coinbase', ({ youngest }) => badSignature(pay([youngest], 0n))],
      ['bad-txns-nonstandard-inputs', ({ at }) => unlock(at(scripts.anyone), emptyBytes, [], [toKey(value)])],
      ['min relay fee not met', ({ taproot }) => badSignature(pay([taproot], 0n))],
    ])('%s', async (rule, build) => {
      expect((await scene.accept(build(coins))).reject?.rule).toBe(rule)
    })
  })
})

describe('policy that the owner sets', () => {
  test('bare-multisig and datacarrier', async () => {
    const scene = await Scene.open({ blocks: 3, policy: { permitBareMultisig: false, dataCarrierBytes: 40 } })
    const coin = await scene.minted(1)
    const rule = async (...outs: TxOut[]) =>
      (await scene.pool.accept(spend([coin], outs), { testOnly: true })).reject?.rule
    expect(await rule({ value: 1000n, script: multisig(1) })).toBe('bare-multisig')
    const half = { value: 0n, script: data(18) }
    expect(half.script.length).toBe(20)
    expect(await rule(half, half, toKey(1000n))).toBeUndefined()
    expect(await rule(half, { value: 0n, script: data(19) }, toKey(1000n))).toBe('datacarrier')
    await scene.close()
  })

  test('without standardness, what a block may have is taken, and nothing else', async () => {
    const scene = await Scene.open({ blocks: 1, policy: { requireStandard: false } })
    const block = await scene.mine({ payTo: anyone })
    await scene.mine()
    const at = { txid: block.transactions[0]!.txid, vout: 0 }
    const odd = { value: value - 10_000n, script: new Uint8Array(5).fill(opcode.OP_DUP) }
    expect((await scene.accept(unlock(at, emptyBytes, [], [{ ...odd, value: value + 1n }]))).reject?.rule).toBe(
      'bad-txns-in-belowout',
    )
    expect((await scene.accept(unlock(at, emptyBytes, [], [odd]))).reject).toBeUndefined()
    await scene.close()
  })
})
