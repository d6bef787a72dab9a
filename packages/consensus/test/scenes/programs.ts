import { concatBytes, emptyBytes, type Transaction, type TxIn } from '@raistone/primitives'
import { opcode, witnessProgramScript } from '@raistone/script'
import { lockIn, type OwnedCoin, scriptHomes, signScript, testKey, unlockFrom } from '@raistone/testkit'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { guard, pay, release, toKey } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { bring, failsIn, paidTo, withInput } from './stage/script-play.js'
import { times, words } from './stage/words.js'

const { OP_1, OP_CHECKSIG, OP_DROP } = opcode

export const programs: Theme = {
  name: 'witness programs',
  scenes: [
    {
      name: 'a key hash is satisfied by two items: a signature and the key',
      play: async stage => {
        const tx = pay(stage.coin())
        const [signature, key] = tx.inputs[0]!.witness as [Uint8Array, Uint8Array]
        await failsIn(stage, 'WITNESS_PROGRAM_MISMATCH', withInput(tx, { witness: [signature] }))
        await failsIn(stage, 'WITNESS_PROGRAM_MISMATCH', withInput(tx, { witness: [emptyBytes, signature, key] }))
        await failsIn(stage, 'EQUALVERIFY', withInput(tx, { witness: [signature, testKey(1).publicKey] }))
        await failsIn(stage, 'EVAL_FALSE', withInput(tx, { witness: [emptyBytes, key] }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'a signature covers the value of the coin (BIP143)',
      play: async stage => {
        const coin = stage.coin()
        const richer: OwnedCoin = { ...coin, output: { ...coin.output, value: coin.output.value + 1n } }
        await failsIn(stage, 'EVAL_FALSE', pay(richer, [toKey(coin.output.value)]))
        await stage.mine({ transactions: [pay(coin)] })
      },
    },
    {
      name: 'an input with a program has no script of its own',
      play: async stage => {
        const tx = pay(stage.coin())
        await failsIn(stage, 'WITNESS_MALLEATED', withInput(tx, { scriptSig: words(OP_1) }))
        await failsIn(stage, 'WITNESS_MALLEATED', withInput(tx, { scriptSig: words(emptyBytes) }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'and behind P2SH nothing but the push of the program',
      play: async stage => {
        const tx = pay(stage.coin('p2sh-p2wpkh'))
        const { scriptSig } = tx.inputs[0] as TxIn
        await failsIn(
          stage,
          'WITNESS_MALLEATED_P2SH',
          withInput(tx, { scriptSig: concatBytes(words(OP_1), scriptSig) }),
        )
        const longPush = concatBytes(Uint8Array.of(opcode.OP_PUSHDATA1), scriptSig)
        await failsIn(stage, 'WITNESS_MALLEATED_P2SH', withInput(tx, { scriptSig: longPush }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'an input without a program has no witness',
      play: async stage => {
        const tx = pay(stage.coin('p2pkh'))
        await failsIn(stage, 'WITNESS_UNEXPECTED', withInput(tx, { witness: [Uint8Array.of(1)] }))
        await failsIn(stage, 'WITNESS_UNEXPECTED', bring(stage.openCoin(), { witness: [emptyBytes] }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'the last item is the script with the program’s hash',
      play: async stage => {
        const coin = guard(stage.openCoin(), 'p2wsh', words(OP_1))
        const other = { ...coin, script: words(opcode.OP_2) }
        await failsIn(stage, 'WITNESS_PROGRAM_MISMATCH', coin.tx, release([other]))
        await failsIn(stage, 'WITNESS_PROGRAM_WITNESS_EMPTY', coin.tx, bring(coin))
        await stage.mine({ transactions: [coin.tx, release([coin])] })
      },
    },
    {
      name: 'a witness script leaves exactly one true item',
      play: async stage => {
        const coin = guard(stage.openCoin(), 'p2wsh', words(OP_DROP, OP_1))
        await failsIn(stage, 'CLEANSTACK', coin.tx, release([coin], [emptyBytes, emptyBytes]))
        await failsIn(stage, 'INVALID_STACK_OPERATION', coin.tx, release([coin]))
        await stage.mine({ transactions: [coin.tx, release([coin], [emptyBytes])] })
      },
    },
    {
      name: 'a witness script has ten thousand bytes at most',
      play: async stage => {
        const script = (length: number): Uint8Array => {
          const body = words(...Array.from({ length: 19 }, () => [times(500, 1), OP_DROP]).flat())
          const last = length - body.length - 3 - 2
          return concatBytes(body, words(times(last, 1), OP_DROP, OP_1))
        }
        const [fits, tooLong] = [script(10_000), script(10_001)].map(each =>
          guard(stage.openCoin(), 'p2wsh', each),
        ) as [ReturnType<typeof guard>, ReturnType<typeof guard>]
        await failsIn(stage, 'SCRIPT_SIZE', tooLong.tx, release([tooLong]))
        await stage.mine({ transactions: [fits.tx, release([fits])] })
      },
    },
    {
      name: 'an item it is given has 520 bytes at most',
      play: async stage => {
        const coin = guard(stage.openCoin(), 'p2wsh', words(OP_DROP, OP_1))
        await failsIn(stage, 'PUSH_SIZE', coin.tx, release([coin], [new Uint8Array(521)]))
        await stage.mine({ transactions: [coin.tx, release([coin], [new Uint8Array(520)])] })
      },
    },
    {
      name: 'programs of version 0 have 20 or 32 bytes',
      play: async stage => {
        for (const length of [2, 19, 21, 31, 33, 40]) {
          const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(0, times(length, 1)))
          await failsIn(stage, 'WITNESS_PROGRAM_WRONG_LENGTH', tx, bring(coin, { witness: [words(OP_1)] }))
        }
        await stage.mine({ transactions: [pay(stage.coin())] })
      },
    },
    {
      name: 'anybody may spend programs of versions without a meaning, with any witness',
      play: async stage => {
        for (const version of [2, 3, 15, 16]) {
          const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(version, times(32, 1)))
          await failsIn(stage, 'WITNESS_MALLEATED', tx, bring(coin, { scriptSig: words(OP_1) }))
          await stage.mine({ transactions: [tx, bring(coin, { witness: [new Uint8Array(600)] })] })
        }
      },
    },
    {
      name: 'but not if the program reads as false',
      play: async stage => {
        const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(2, new Uint8Array(32)))
        await failsIn(stage, 'EVAL_FALSE', tx, bring(coin))
        const negativeZero = paidTo(stage.openCoin(), witnessProgramScript(2, Uint8Array.of(0, 0x80)))
        await failsIn(stage, 'EVAL_FALSE', negativeZero.tx, bring(negativeZero.coin))
        const signInside = paidTo(stage.openCoin(), witnessProgramScript(2, Uint8Array.of(0x80, 0)))
        await stage.mine({ transactions: [signInside.tx, bring(signInside.coin)] })
      },
    },
    {
      name: 'programs are exact: one byte more and it is a script like others',
      play: async stage => {
        const almost = concatBytes(witnessProgramScript(0, times(32, 1)), words(opcode.OP_NOP))
        const { tx, coin } = paidTo(stage.openCoin(), almost)
        await failsIn(stage, 'WITNESS_UNEXPECTED', tx, bring(coin, { witness: [words(OP_1)] }))
        await stage.mine({ transactions: [tx, bring(coin)] })
      },
    },
    {
      name: 'each home of a script is opened by its own signature and by no other’s',
      play: async stage => {
        const key = testKey(4)
        const script = words(key.publicKey, OP_CHECKSIG)
        for (const home of scriptHomes) {
          const coin = guard(stage.openCoin(), home, script)
          const signed = (as: typeof home): Transaction => {
            const signature = signScript(release([coin]), 0, key, { home: as, script, spent: [coin.output] })
            return withInput(release([coin]), unlockFrom(home, script, [signature]))
          }
          const otherKind = home === 'bare' || home === 'p2sh' ? 'p2wsh' : 'p2sh'
          await failsIn(stage, 'EVAL_FALSE', coin.tx, signed(otherKind))
          await stage.mine({ transactions: [coin.tx, signed(home)] })
        }
      },
    },
    {
      name: 'P2SH twice is P2SH once: the inner hash is compared and its script not run',
      play: async stage => {
        const inner = words(opcode.OP_RETURN)
        const redeem = lockIn('p2sh', inner)
        const coin = guard(stage.openCoin(), 'p2sh', redeem)
        await stage.mine({ transactions: [coin.tx, release([coin], [inner])] })
      },
    },
    {
      name: 'before BIP16 anybody may spend what later is a program',
      rules: rulesWith(forksAt({ bip16: 22 })),
      play: async stage => {
        const coins = [1, 2].map(() => guard(stage.openCoin(), 'p2wsh', words(opcode.OP_RETURN)))
        const [one, other] = coins as [(typeof coins)[0], (typeof coins)[0]]
        await stage.mine({ transactions: [one.tx, bring(one), other.tx] })
        await failsIn(stage, 'WITNESS_PROGRAM_WITNESS_EMPTY', bring(other))
      },
    },
  ],
}
