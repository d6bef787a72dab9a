import { concatBytes, emptyBytes } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { testKey } from '@raistone/testkit'
import { guard, release } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'
import { bring, failsIn, run } from './stage/script-play.js'
import { times, words } from './stage/words.js'

const op = opcode
const zero = emptyBytes
const one = Uint8Array.of(1)

/** A script that fails with this error, and its neighbour that does not. */
const limit = (
  error: Parameters<typeof failsIn>[1],
  over: Uint8Array,
  within: Uint8Array,
  scriptSig: Uint8Array = emptyBytes,
): Scene['play'] => {
  return async stage => {
    await failsIn(stage, error, ...run(stage, over, scriptSig))
    await stage.mine({ transactions: run(stage, within, scriptSig) })
  }
}

/** Left out by its condition. */
const idle = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
  words(op.OP_0, op.OP_IF, ...parts, op.OP_ENDIF, op.OP_1)

/** Satisfied by nothing: none of so many keys has to sign. */
function multisigOf(keys: number): Uint8Array {
  const { publicKey } = testKey(1)
  return words(op.OP_0, op.OP_0, ...Array<Uint8Array>(keys).fill(publicKey), Uint8Array.of(keys), op.OP_CHECKMULTISIG)
}

export const scripts: Theme = {
  name: 'scripts',
  scenes: [
    {
      name: 'an operation without a meaning may stand where it is not run',
      like: 'b83',
      play: limit(
        'BAD_OPCODE',
        words(op.OP_IF, 0xff, op.OP_ELSE, op.OP_1, op.OP_ENDIF),
        words(op.OP_NOTIF, 0xff, op.OP_ELSE, op.OP_1, op.OP_ENDIF),
        words(op.OP_1),
      ),
    },
    {
      name: 'OP_VERIF and OP_VERNOTIF may stand nowhere',
      play: async stage => {
        await failsIn(stage, 'BAD_OPCODE', ...run(stage, idle(op.OP_VERIF)))
        await failsIn(stage, 'BAD_OPCODE', ...run(stage, idle(op.OP_VERNOTIF)))
        await stage.mine({ transactions: [...run(stage, idle(op.OP_VER)), ...run(stage, idle(op.OP_RESERVED))] })
      },
    },
    {
      name: 'the operations that were switched off may stand nowhere',
      play: async stage => {
        for (const off of [op.OP_CAT, op.OP_SUBSTR, op.OP_AND, op.OP_2MUL, op.OP_MUL, op.OP_LSHIFT, op.OP_RSHIFT])
          await failsIn(stage, 'DISABLED_OPCODE', ...run(stage, idle(off)))
        await stage.mine({ transactions: run(stage, idle(op.OP_SIZE)) })
      },
    },
    {
      name: 'OP_RETURN fails where it is run',
      play: limit('OP_RETURN', words(op.OP_1, op.OP_RETURN), idle(op.OP_RETURN)),
    },
    {
      name: 'conditions are closed in the script that opened them',
      play: async stage => {
        await failsIn(stage, 'UNBALANCED_CONDITIONAL', ...run(stage, words(op.OP_1, op.OP_IF, op.OP_1)))
        await failsIn(stage, 'UNBALANCED_CONDITIONAL', ...run(stage, words(op.OP_1, op.OP_ENDIF)))
        await failsIn(
          stage,
          'UNBALANCED_CONDITIONAL',
          ...run(stage, words(op.OP_ENDIF, op.OP_1), words(op.OP_1, op.OP_IF)),
        )
        await stage.mine({ transactions: run(stage, words(op.OP_1), words(op.OP_1, op.OP_IF, op.OP_ENDIF)) })
      },
    },
    {
      name: 'the last item left must be true: not zero, not negative zero, not nothing',
      play: async stage => {
        const negativeZero = Uint8Array.of(0, 0, 0x80)
        for (const script of [words(zero), words(negativeZero), words(new Uint8Array(9)), words(op.OP_1, op.OP_DROP)])
          await failsIn(stage, 'EVAL_FALSE', ...run(stage, script))
        await stage.mine({
          transactions: [...run(stage, words(Uint8Array.of(0x80, 0))), ...run(stage, emptyBytes, words(op.OP_1))],
        })
      },
    },
    {
      name: 'items may be left besides it',
      play: async stage => {
        await stage.mine({ transactions: run(stage, words(op.OP_0, op.OP_0, op.OP_1)) })
      },
    },
    {
      name: 'a script runs 201 operations, pushes left out',
      play: limit(
        'OP_COUNT',
        concatBytes(words(op.OP_1), times(202, op.OP_NOP)),
        concatBytes(words(op.OP_1, op.OP_1, op.OP_1), times(201, op.OP_NOP)),
      ),
    },
    {
      name: 'those that are left out by a condition are counted too',
      play: limit('OP_COUNT', idle(...Array<number>(200).fill(op.OP_NOP)), idle(...Array<number>(199).fill(op.OP_NOP))),
    },
    {
      name: 'and so is each key of a multisig',
      play: limit(
        'OP_COUNT',
        concatBytes(times(181, op.OP_NOP), multisigOf(20)),
        concatBytes(times(180, op.OP_NOP), multisigOf(20)),
      ),
    },
    {
      name: 'a multisig has twenty keys at most',
      play: limit('PUBKEY_COUNT', multisigOf(21), multisigOf(20)),
    },
    {
      name: 'a multisig has no more signatures than keys',
      play: limit(
        'SIG_COUNT',
        words(op.OP_0, op.OP_2, testKey(1).publicKey, op.OP_1, op.OP_CHECKMULTISIG),
        words(op.OP_0, op.OP_0, testKey(1).publicKey, op.OP_1, op.OP_CHECKMULTISIG),
      ),
    },
    {
      name: 'a thousand items fit on the stacks',
      play: limit('STACK_SIZE', times(1001, op.OP_1), times(1000, op.OP_1)),
    },
    {
      name: 'both stacks together',
      play: limit(
        'STACK_SIZE',
        words(...times(990, op.OP_1), ...Array<number>(5).fill(op.OP_TOALTSTACK), ...times(11, op.OP_1)),
        words(...times(990, op.OP_1), ...Array<number>(5).fill(op.OP_TOALTSTACK), ...times(10, op.OP_1)),
      ),
    },
    {
      name: 'the second stack is empty again when the next script begins',
      play: async stage => {
        const put = words(op.OP_1, op.OP_TOALTSTACK, op.OP_1)
        await failsIn(stage, 'INVALID_ALTSTACK_OPERATION', ...run(stage, words(op.OP_FROMALTSTACK), put))
        await stage.mine({ transactions: run(stage, words(op.OP_NOP), put) })
      },
    },
    {
      name: 'a push has 520 bytes at most, also one that is not run',
      play: async stage => {
        await failsIn(stage, 'PUSH_SIZE', ...run(stage, words(times(521, 1))))
        await failsIn(stage, 'PUSH_SIZE', ...run(stage, idle(new Uint8Array(521))))
        await stage.mine({
          transactions: [...run(stage, words(times(520, 1))), ...run(stage, idle(new Uint8Array(520)))],
        })
      },
    },
    {
      name: 'a push beyond the end of the script is found when the script gets there',
      play: async stage => {
        const cut = Uint8Array.of(op.OP_PUSHDATA4, 0xff, 0xff, 0xff, 0x7f)
        await failsIn(stage, 'BAD_OPCODE', ...run(stage, concatBytes(words(op.OP_1), cut)))
        await failsIn(stage, 'OP_RETURN', ...run(stage, concatBytes(words(op.OP_1, op.OP_RETURN), cut)))
        await stage.mine({ transactions: run(stage, words(op.OP_1)) })
      },
    },
    {
      name: 'numbers have four bytes at most',
      play: limit(
        'SCRIPTNUM',
        words(Uint8Array.of(1, 0, 0, 0, 0), op.OP_1ADD),
        words(Uint8Array.of(1, 0, 0, 0), op.OP_1ADD),
      ),
    },
    {
      name: 'neither the shortest push nor the shortest number is asked for',
      play: async stage => {
        const long = concatBytes(Uint8Array.of(op.OP_PUSHDATA1, 1, 1), Uint8Array.of(op.OP_PUSHDATA4, 1, 0, 0, 0, 0))
        await stage.mine({ transactions: run(stage, words(op.OP_ADD), long) })
      },
    },
    {
      name: 'a P2SH input only pushes',
      play: async stage => {
        const script = words(op.OP_1)
        const coin = guard(stage.openCoin(), 'p2sh', script)
        await failsIn(stage, 'SIG_PUSHONLY', coin.tx, bring(coin, { scriptSig: words(op.OP_NOP, script) }))
        await failsIn(stage, 'EVAL_FALSE', coin.tx, bring(coin, { scriptSig: words(one) }))
        await failsIn(stage, 'INVALID_STACK_OPERATION', coin.tx, bring(coin))
        // OP_RESERVED counts as a push there; it fails when it is run.
        await failsIn(stage, 'BAD_OPCODE', coin.tx, bring(coin, { scriptSig: words(op.OP_RESERVED, script) }))
        await stage.mine({ transactions: [coin.tx, release([coin], [zero])] })
      },
    },
    {
      name: 'a script behind P2SH has 520 bytes at most',
      play: async stage => {
        const script = (length: number): Uint8Array =>
          concatBytes(words(times(length - 5, 1)), words(op.OP_DROP, op.OP_1))
        const [fits, tooLong] = [520, 521].map(length => guard(stage.openCoin(), 'p2sh', script(length)))
        await failsIn(stage, 'PUSH_SIZE', tooLong!.tx, release([tooLong!]))
        await stage.mine({ transactions: [fits!.tx, release([fits!])] })
      },
    },
    {
      name: 'the extra item that a multisig takes is empty (BIP147)',
      play: async stage => {
        const script = words(op.OP_0, testKey(1).publicKey, op.OP_1, op.OP_CHECKMULTISIG)
        await failsIn(stage, 'SIG_NULLDUMMY', ...run(stage, script, words(op.OP_1)))
        await failsIn(stage, 'SIG_NULLDUMMY', ...run(stage, script, words(Uint8Array.of(0))))
        await stage.mine({ transactions: run(stage, script, words(op.OP_0)) })
      },
    },
  ],
}
