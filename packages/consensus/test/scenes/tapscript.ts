import { concatBytes, emptyBytes, type Transaction } from '@raistone/primitives'
import { opcode } from '@raistone/script'
import { signTapscript, tapTree, testKey, xOnly } from '@raistone/testkit'
import { guard, release } from './stage/payments.js'
import type { Scene, Theme } from './stage/scene.js'
import { failsIn } from './stage/script-play.js'
import type { Stage } from './stage/stage.js'
import { guardByTree, releaseTree, type TreeCoin } from './stage/tap-coins.js'
import { times, words } from './stage/words.js'

const op = opcode
const key = testKey(4)
const one = Uint8Array.of(1)

const leafCoin = (stage: Stage, leaf: Uint8Array): TreeCoin => guardByTree(stage.openCoin(), tapTree(testKey(3), leaf))

/** Spends a coin under the leaf, made in the same block. */
function run(stage: Stage, leaf: Uint8Array, items: readonly Uint8Array[] = []): Transaction[] {
  const coin = leafCoin(stage, leaf)
  return [coin.tx, releaseTree(coin, items)]
}

/** The key's signature for the coin's script, under an annex if there is one. */
const signed = (coin: TreeCoin, annex?: Uint8Array): Uint8Array =>
  signTapscript(releaseTree(coin), 0, key, { tree: coin.tree, spent: [coin.output], ...(annex && { annex }) })

/** A script that fails with this error, and its neighbour that does not. */
const limit = (
  error: Parameters<typeof failsIn>[1],
  over: Uint8Array,
  within: Uint8Array,
  items: readonly Uint8Array[] = [],
): Scene['play'] => {
  return async stage => {
    await failsIn(stage, error, ...run(stage, over, items))
    await stage.mine({ transactions: run(stage, within, items) })
  }
}

export const tapscript: Theme = {
  name: 'tapscripts',
  scenes: [
    {
      name: 'a signature is of the key, and one that fails fails the script',
      play: async stage => {
        const coin = leafCoin(stage, words(xOnly(key), op.OP_CHECKSIG))
        const signature = signed(coin)
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [new Uint8Array(64)]))
        await failsIn(stage, 'EVAL_FALSE', coin.tx, releaseTree(coin, [emptyBytes]))
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [signature], { lockTime: 1 }))
        const negated = words(xOnly(key), op.OP_CHECKSIG, op.OP_NOT)
        await failsIn(stage, 'SCHNORR_SIG', ...run(stage, negated, [signature]))
        await stage.mine({
          transactions: [coin.tx, releaseTree(coin, [signature]), ...run(stage, negated, [emptyBytes])],
        })
      },
    },
    {
      name: 'a signature covers the annex',
      play: async stage => {
        const coin = leafCoin(stage, words(xOnly(key), op.OP_CHECKSIG))
        const annex = Uint8Array.of(0x50, 1, 2, 3)
        const [without, under] = [signed(coin), signed(coin, annex)]
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [without], { annex }))
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [under]))
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [under], { annex: annex.subarray(0, 3) }))
        await stage.mine({ transactions: [coin.tx, releaseTree(coin, [under], { annex })] })
      },
    },
    {
      name: 'a signature covers the script: it opens no other leaf of the same key',
      play: async stage => {
        const coin = leafCoin(stage, words(xOnly(key), op.OP_CHECKSIG))
        const other = leafCoin(stage, words(op.OP_NOP, xOnly(key), op.OP_CHECKSIG))
        const foreign = signTapscript(releaseTree(coin), 0, key, { tree: other.tree, spent: [coin.output] })
        await failsIn(stage, 'SCHNORR_SIG', coin.tx, releaseTree(coin, [foreign]))
        await stage.mine({ transactions: [coin.tx, releaseTree(coin, [signed(coin)])] })
      },
    },
    {
      name: 'signatures checked are paid for by the size of the witness, fifty bytes each',
      play: async stage => {
        // Four checks of one signature: 200 bytes are needed, and the witness with its fifty makes 191 without an annex.
        const twice = [op.OP_2DUP, op.OP_CHECKSIGVERIFY]
        const coin = leafCoin(stage, words(xOnly(key), ...twice, ...twice, ...twice, op.OP_CHECKSIG))
        const padded = (length: number): Transaction => {
          const annex = concatBytes(Uint8Array.of(0x50), new Uint8Array(length - 1))
          return releaseTree(coin, [signed(coin, annex)], { annex })
        }
        await failsIn(stage, 'TAPSCRIPT_VALIDATION_WEIGHT', coin.tx, releaseTree(coin, [signed(coin)]))
        await failsIn(stage, 'TAPSCRIPT_VALIDATION_WEIGHT', coin.tx, padded(7))
        await stage.mine({ transactions: [coin.tx, padded(8)] })
      },
    },
    {
      name: 'empty signatures cost nothing',
      play: async stage => {
        const each = [op.OP_0, xOnly(key), op.OP_CHECKSIG, op.OP_DROP]
        const many = words(...Array.from({ length: 50 }, () => each).flat(), op.OP_1)
        await stage.mine({ transactions: run(stage, many) })
      },
    },
    {
      name: 'a multisig is not run, and OP_CHECKSIGADD counts signatures instead',
      play: async stage => {
        const multisig = (...around: readonly number[]): Uint8Array =>
          words(...around, op.OP_0, op.OP_0, op.OP_0, op.OP_CHECKMULTISIG)
        await failsIn(stage, 'TAPSCRIPT_CHECKMULTISIG', ...run(stage, multisig()))
        const idle = words(op.OP_0, op.OP_IF, op.OP_CHECKMULTISIG, op.OP_CHECKMULTISIGVERIFY, op.OP_ENDIF, op.OP_1)
        const adding = words(xOnly(key), op.OP_CHECKSIG, xOnly(testKey(5)), op.OP_CHECKSIGADD, op.OP_1, op.OP_NUMEQUAL)
        const coin = leafCoin(stage, adding)
        await failsIn(stage, 'EVAL_FALSE', coin.tx, releaseTree(coin, [emptyBytes, emptyBytes]))
        await stage.mine({
          transactions: [...run(stage, idle), coin.tx, releaseTree(coin, [emptyBytes, signed(coin)])],
        })
      },
    },
    {
      name: 'a condition is exactly zero or one, which other scripts do not ask',
      play: async stage => {
        const branch = words(op.OP_IF, op.OP_1, op.OP_ELSE, op.OP_1, op.OP_ENDIF)
        for (const item of [Uint8Array.of(2), Uint8Array.of(0), Uint8Array.of(1, 0)]) {
          await failsIn(stage, 'TAPSCRIPT_MINIMALIF', ...run(stage, branch, [item]))
          const older = guard(stage.openCoin(), 'p2wsh', branch)
          await stage.mine({ transactions: [older.tx, release([older], [item])] })
        }
        await stage.mine({ transactions: [...run(stage, branch, [one]), ...run(stage, branch, [emptyBytes])] })
      },
    },
    {
      name: 'operations kept for later make everything right, whatever else is there',
      play: async stage => {
        const failing = [op.OP_RETURN, op.OP_VERIF]
        await failsIn(stage, 'OP_RETURN', ...run(stage, words(...failing)))
        await failsIn(stage, 'BAD_OPCODE', ...run(stage, words(op.OP_0, op.OP_IF, op.OP_VERIF, op.OP_ENDIF, op.OP_1)))
        for (const success of [80, 98, 126, 137, 141, 149, 187, 254])
          await stage.mine({ transactions: run(stage, words(...failing, success)) })
        // Also before a push that the script breaks off in, not behind it.
        const cut = Uint8Array.of(op.OP_PUSHDATA1, 0xff)
        await stage.mine({ transactions: run(stage, concatBytes(words(80), cut)) })
        await failsIn(stage, 'BAD_OPCODE', ...run(stage, concatBytes(words(op.OP_1), cut, words(80))))
      },
    },
    {
      name: 'an empty key fails, and keys of a form without a meaning are anybody’s',
      play: async stage => {
        const checks = (publicKey: Uint8Array): Uint8Array => words(publicKey, op.OP_CHECKSIG)
        await failsIn(stage, 'TAPSCRIPT_EMPTY_PUBKEY', ...run(stage, checks(emptyBytes), [one]))
        for (const publicKey of [key.publicKey, one, times(31, 1)]) {
          await failsIn(stage, 'EVAL_FALSE', ...run(stage, checks(publicKey), [emptyBytes]))
          await stage.mine({ transactions: run(stage, checks(publicKey), [one]) })
        }
      },
    },
    {
      name: 'one true item is left at the end',
      play: limit('CLEANSTACK', words(op.OP_1, op.OP_1), words(op.OP_1)),
    },
    {
      name: 'operations and bytes are not limited',
      play: async stage => {
        await stage.mine({ transactions: run(stage, concatBytes(words(op.OP_1), times(20_000, op.OP_NOP))) })
      },
    },
    {
      name: 'a thousand items fit on the stacks, those given at the start included',
      play: async stage => {
        const drops = (count: number): Uint8Array => concatBytes(times(count / 2, op.OP_2DROP), words(op.OP_1))
        const items = (count: number): Uint8Array[] => Array<Uint8Array>(count).fill(emptyBytes)
        await failsIn(stage, 'STACK_SIZE', ...run(stage, drops(1000), items(1001)))
        await failsIn(stage, 'STACK_SIZE', ...run(stage, words(op.OP_1), items(1001)))
        await failsIn(stage, 'STACK_SIZE', ...run(stage, times(1001, op.OP_1)))
        await stage.mine({ transactions: run(stage, drops(1000), items(1000)) })
      },
    },
    {
      name: 'items and pushes have 520 bytes at most',
      play: async stage => {
        const drop = words(op.OP_DROP, op.OP_1)
        await failsIn(stage, 'PUSH_SIZE', ...run(stage, drop, [new Uint8Array(521)]))
        await failsIn(stage, 'PUSH_SIZE', ...run(stage, concatBytes(words(new Uint8Array(521)), drop)))
        await stage.mine({
          transactions: [
            ...run(stage, drop, [new Uint8Array(520)]),
            ...run(stage, concatBytes(words(new Uint8Array(520)), drop)),
          ],
        })
      },
    },
  ],
}
