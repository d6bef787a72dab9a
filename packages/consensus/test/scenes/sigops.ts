import { concatBytes, type Transaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { signScript, testKey } from '@raistone/testkit'
import { input, output, transaction } from '../support/bodies.js'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { idle, spendMany, spendOne } from './stage/idle-scripts.js'
import { guard, release } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import type { SceneBlock, Stage } from './stage/stage.js'
import { times, words } from './stage/words.js'

const { OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CHECKMULTISIG, OP_CHECKMULTISIGVERIFY, OP_PUSHDATA4 } = opcode

/** Signature operations outside witnesses that a block may have, each of cost four. */
const MOST = 20_000
/** What a multisig without a known number of keys counts for. */
const PER_MULTISIG = 20

const RULE = 'bad-blk-sigops'

/** A block whose coinbase pays nothing to these scripts. */
const paying = (...scripts: readonly Uint8Array[]): SceneBlock => ({
  coinbaseOutputs: scripts.map(script => output(0n, script)),
})

/** At the limit with one operation, and over it with one more. */
const limitOf = (op: number, per: number): ((stage: Stage) => Promise<void>) => {
  const most = MOST / per
  return async stage => {
    await stage.refuse(stage.block(paying(times(most + 1, op))), RULE)
    await stage.refuse(stage.block(paying(times(most, op), times(1, OP_CHECKSIG))), RULE)
    await stage.mine(paying(times(most, op)))
  }
}

/** Redeem scripts with 3,800 each, as many as there is room for, and what else fits. */
const P2SH_EACH = 190 * PER_MULTISIG
const bigRedeem = idle(190, OP_CHECKMULTISIG)

export const sigops: Theme = {
  name: 'signature operations',
  scenes: [
    { name: 'OP_CHECKSIG in outputs counts once', like: 'b15 b16', play: limitOf(OP_CHECKSIG, 1) },
    {
      name: 'OP_CHECKMULTISIG in outputs counts twenty times',
      like: 'b31 b32',
      play: limitOf(OP_CHECKMULTISIG, PER_MULTISIG),
    },
    {
      name: 'and so does OP_CHECKMULTISIGVERIFY',
      like: 'b33 b34',
      play: limitOf(OP_CHECKMULTISIGVERIFY, PER_MULTISIG),
    },
    { name: 'OP_CHECKSIGVERIFY counts once', like: 'b35 b36', play: limitOf(OP_CHECKSIGVERIFY, 1) },
    {
      name: 'the number of keys before a multisig does not matter in an output',
      play: async stage => {
        const oneKey = concatBytes(...Array<Uint8Array>(1000).fill(words(opcode.OP_1, OP_CHECKMULTISIG)))
        await stage.refuse(stage.block(paying(oneKey, times(1, OP_CHECKSIG))), RULE)
        await stage.mine(paying(oneKey))
      },
    },
    {
      name: 'what is pushed is not counted, be the push as long as no stack would hold',
      like: 'b73',
      play: async stage => {
        const hidden = words(times(521, OP_CHECKSIG))
        const most = times(MOST - 1, OP_CHECKSIG)
        await stage.refuse(stage.block(paying(concatBytes(most, hidden, times(2, OP_CHECKSIG)))), RULE)
        await stage.mine(paying(concatBytes(most, hidden, times(1, OP_CHECKSIG))))
      },
    },
    {
      name: 'nothing is counted behind a push that is longer than the script',
      like: 'b74 b75 b76',
      play: async stage => {
        const lying = Uint8Array.of(OP_PUSHDATA4, 0xfe, 0xff, 0xff, 0xff)
        const behind = concatBytes(lying, times(100, OP_CHECKSIG))
        await stage.refuse(stage.block(paying(concatBytes(times(MOST + 1, OP_CHECKSIG), behind))), RULE)
        await stage.mine(paying(concatBytes(times(MOST, OP_CHECKSIG), behind)))
        // A length that is cut off itself.
        const cut = Uint8Array.of(OP_PUSHDATA4, 0xff, 0xff)
        await stage.mine(paying(concatBytes(times(MOST, OP_CHECKSIG), cut)))
      },
    },
    {
      name: 'those in the coinbase’s own script are counted',
      play: async stage => {
        const inInput: SceneBlock = {
          ...paying(times(MOST - 100, OP_CHECKSIG)),
          coinbase: body => {
            const scriptSig = concatBytes(words(Uint8Array.of(stage.height)), times(5, OP_CHECKMULTISIG))
            return { ...body, inputs: body.inputs.map(each => ({ ...each, scriptSig })) }
          },
        }
        const one = output(0n, times(1, OP_CHECKSIG))
        const over = [...(inInput.coinbaseOutputs ?? []), one]
        await stage.refuse(stage.block({ ...inInput, coinbaseOutputs: over }), RULE)
        await stage.mine(inInput)
      },
    },
    {
      name: 'those in the scripts of inputs are counted, though nothing makes them run',
      play: async stage => {
        const coin = stage.openCoin()
        const unlocking = (count: number): Transaction =>
          transaction({
            inputs: [input(coin.outpoint, { scriptSig: idle(count, OP_CHECKSIG) })],
            outputs: [coin.output],
          })
        const rest = paying(times(MOST - 150, OP_CHECKSIG))
        await stage.refuse(stage.block({ ...rest, transactions: [unlocking(151)] }), RULE)
        await stage.mine({ ...rest, transactions: [unlocking(150)] })
      },
    },
    {
      name: 'those of P2SH scripts are counted when they are spent',
      like: 'b39 b40 b41',
      play: async stage => {
        const transactions = spendMany(stage, 'p2sh', bigRedeem, 5)
        const left = MOST - 5 * P2SH_EACH
        await stage.refuse(stage.block({ transactions, ...paying(times(left + 1, OP_CHECKSIG)) }), RULE)
        await stage.mine({ transactions, ...paying(times(left, OP_CHECKSIG)) })
      },
    },
    {
      name: 'a P2SH script that runs its signature operations counts the same',
      like: 'b39',
      play: async stage => {
        const key = testKey(3)
        const { OP_2DUP } = opcode
        // Six signature operations on one signature.
        const fiveTimes = Array.from({ length: 5 }, () => [OP_2DUP, OP_CHECKSIGVERIFY]).flat()
        const script = words(key.publicKey, ...fiveTimes, OP_CHECKSIG)
        const coin = guard(stage.openCoin(), 'p2sh', script)
        const unsigned = release([coin])
        const signature = signScript(unsigned, 0, key, { home: 'p2sh', script, spent: [coin.output] })
        const transactions = [coin.tx, release([coin], [signature])]
        await stage.refuse(stage.block({ transactions, ...paying(times(MOST - 5, OP_CHECKSIG)) }), RULE)
        await stage.mine({ transactions, ...paying(times(MOST - 6, OP_CHECKSIG)) })
      },
    },
    {
      name: 'in a P2SH script a multisig counts for the number of keys before it',
      play: async stage => {
        const oneKey = words(
          opcode.OP_0,
          opcode.OP_IF,
          ...Array.from({ length: 100 }, () => [opcode.OP_3, OP_CHECKMULTISIG]).flat(),
          opcode.OP_ENDIF,
          opcode.OP_1,
        )
        const transactions = spendOne(stage, 'p2sh', oneKey)
        await stage.refuse(stage.block({ transactions, ...paying(times(MOST - 299, OP_CHECKSIG)) }), RULE)
        await stage.mine({ transactions, ...paying(times(MOST - 300, OP_CHECKSIG)) })
      },
    },
    {
      name: 'a script in an output is counted there and not again when it is spent',
      play: async stage => {
        const transactions = spendMany(stage, 'bare', bigRedeem, 5)
        const left = MOST - 5 * P2SH_EACH
        await stage.refuse(stage.block({ transactions, ...paying(times(left + 1, OP_CHECKSIG)) }), RULE)
        await stage.mine({ transactions, ...paying(times(left, OP_CHECKSIG)) })
      },
    },
    {
      name: 'before BIP16 the scripts behind hashes are neither run nor counted',
      rules: rulesWith(forksAt({ bip16: 1000 })),
      play: async stage => {
        const transactions = spendMany(stage, 'p2sh', concatBytes(bigRedeem, times(1, opcode.OP_RETURN)), 6)
        await stage.refuse(stage.block({ transactions, ...paying(times(MOST + 1, OP_CHECKSIG)) }), RULE)
        await stage.mine({ transactions, ...paying(times(MOST, OP_CHECKSIG)) })
      },
    },
    {
      name: 'a block that has too many in what it says itself is refused at once, also on a branch',
      play: async stage => {
        const fork = stage.tip
        await stage.mine()
        await stage.refuse(stage.block({ on: fork, ...paying(times(MOST + 1, OP_CHECKSIG)) }), RULE)
        const most = stage.block({ on: fork, ...paying(times(MOST, OP_CHECKSIG)) })
        await stage.store(most)
        await stage.accept(stage.block({ on: most }))
      },
    },
    {
      name: 'a block that has too many only by what it spends is kept on a branch until it is needed',
      play: async stage => {
        const transactions = spendMany(stage, 'p2sh', bigRedeem, 6)
        const fork = stage.tip
        await stage.mine()
        const over = stage.block({ on: fork, transactions })
        await stage.store(over)
        await stage.refuse(stage.block({ on: over }), 'bad-prevblk')
        stage.failedFor(over, RULE)
      },
    },
  ],
}
