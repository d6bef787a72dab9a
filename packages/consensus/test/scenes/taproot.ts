import { concatBytes, createTransaction, emptyBytes, type Transaction } from '@raistone/primitives'
import { opcode, witnessProgramScript } from '@raistone/script'
import { lockIn, type OwnedCoin, spend, tapTree, testKey } from '@raistone/testkit'
import { forksAt, rulesWith } from '../support/rule-scene.js'
import { pay, toKey } from './stage/payments.js'
import type { Theme } from './stage/scene.js'
import { bring, failsIn, paidTo, withInput } from './stage/script-play.js'
import { guardByTree, releaseTree } from './stage/tap-coins.js'
import { times, words } from './stage/words.js'

const { OP_1, OP_RETURN } = opcode

const witnessOf = (tx: Transaction): readonly Uint8Array[] => tx.inputs[0]!.witness
const changeByte = (bytes: Uint8Array, at: number, mask = 1): Uint8Array =>
  bytes.map((byte, i) => (i === at ? byte ^ mask : byte))

export const taproot: Theme = {
  name: 'Taproot',
  scenes: [
    {
      name: 'a signature by the output key has 64 bytes, or 65 with a hash type that is not the default',
      play: async stage => {
        const tx = pay(stage.coin('p2tr'))
        const [signature] = witnessOf(tx) as [Uint8Array]
        await failsIn(stage, 'SCHNORR_SIG', withInput(tx, { witness: [changeByte(signature, 5)] }))
        await failsIn(stage, 'SCHNORR_SIG', withInput(tx, { witness: [changeByte(signature, 63)] }))
        for (const wrong of [emptyBytes, signature.subarray(0, 63), concatBytes(signature, times(2, 1))])
          await failsIn(stage, 'SCHNORR_SIG_SIZE', withInput(tx, { witness: [wrong] }))
        await failsIn(stage, 'SCHNORR_SIG_HASHTYPE', withInput(tx, { witness: [concatBytes(signature, times(1, 0))] }))
        await failsIn(stage, 'WITNESS_PROGRAM_WITNESS_EMPTY', withInput(tx, { witness: [] }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'the hash types are those with a name',
      play: async stage => {
        const tx = pay(stage.coin('p2tr'))
        const [signature] = witnessOf(tx) as [Uint8Array]
        for (const hashType of [0x04, 0x80, 0x84, 0xff]) {
          const witness = [concatBytes(signature, Uint8Array.of(hashType))]
          await failsIn(stage, 'SCHNORR_SIG_HASHTYPE', withInput(tx, { witness }))
        }
        for (const hashType of [0x01, 0x02, 0x03, 0x81, 0x82, 0x83])
          await stage.mine({ transactions: [pay(stage.coin('p2tr'), undefined, { hashType })] })
      },
    },
    {
      name: 'SINGLE without an output of its own signs nothing',
      play: async stage => {
        const coins = [stage.coin('p2tr'), stage.coin('p2tr')]
        const tx = spend(coins, [toKey(1n)])
        const second = concatBytes(tx.inputs[1]!.witness[0]!, Uint8Array.of(3))
        const single = { ...tx, inputs: [tx.inputs[0]!, { ...tx.inputs[1]!, witness: [second] }] }
        await failsIn(stage, 'SCHNORR_SIG_HASHTYPE', createTransaction(single))
        await stage.mine({ transactions: [spend(coins, [toKey(1n), toKey(2n)], { hashType: 3 })] })
      },
    },
    {
      name: 'a signature covers the values of all coins, not only of its own (BIP341)',
      play: async stage => {
        const [own, other] = [stage.coin('p2tr'), stage.coin('p2wpkh')]
        const richer: OwnedCoin = { ...other, output: { ...other.output, value: other.output.value + 1n } }
        const outputs = [toKey(own.output.value)]
        const right = spend([own, other], outputs)
        const wrong = spend([own, richer], outputs)
        const mixed = { ...right, inputs: [wrong.inputs[0]!, right.inputs[1]!] }
        await failsIn(stage, 'SCHNORR_SIG', createTransaction(mixed))
        await stage.mine({ transactions: [right] })
      },
    },
    {
      name: 'a script in the tree is run, and must be the one that the key commits to',
      play: async stage => {
        const coin = guardByTree(stage.openCoin(), tapTree(testKey(3), words(OP_1)))
        const { leaf, control } = coin.tree
        const mismatch = (...witness: Uint8Array[]): Promise<void> =>
          failsIn(stage, 'WITNESS_PROGRAM_MISMATCH', coin.tx, bring(coin, { witness }))
        await mismatch(words(opcode.OP_2), control)
        await mismatch(leaf, changeByte(control, 0))
        await mismatch(leaf, changeByte(control, 0, 2))
        await mismatch(leaf, changeByte(control, 20))
        await mismatch(leaf, concatBytes(control, new Uint8Array(32)))
        await stage.mine({ transactions: [coin.tx, releaseTree(coin)] })
      },
    },
    {
      name: 'a control block is a key and up to 128 hashes',
      play: async stage => {
        const hashes = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => times(32, i))
        const at = (depth: number) =>
          guardByTree(stage.openCoin(), tapTree(testKey(3), words(OP_1), { path: hashes(depth) }))
        const [deepest, tooDeep] = [at(128), at(129)]
        await failsIn(stage, 'TAPROOT_WRONG_CONTROL_SIZE', tooDeep.tx, releaseTree(tooDeep))
        const { leaf, control } = deepest.tree
        for (const wrong of [control.subarray(0, -1), control.subarray(0, 32), concatBytes(control, times(1, 0))])
          await failsIn(stage, 'TAPROOT_WRONG_CONTROL_SIZE', deepest.tx, bring(deepest, { witness: [leaf, wrong] }))
        await stage.mine({ transactions: [deepest.tx, releaseTree(deepest)] })
      },
    },
    {
      name: 'leaves of a version without a meaning are anybody’s',
      play: async stage => {
        const [known, unknown] = [0xc0, 0xc2].map(version =>
          guardByTree(stage.openCoin(), tapTree(testKey(3), words(OP_RETURN), { version })),
        )
        await failsIn(stage, 'OP_RETURN', known!.tx, releaseTree(known!))
        await stage.mine({ transactions: [unknown!.tx, releaseTree(unknown!)] })
      },
    },
    {
      name: 'an output key that is no point of the curve can be spent by nobody',
      play: async stage => {
        const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(1, times(32, 0xff)))
        await failsIn(stage, 'SCHNORR_SIG', tx, bring(coin, { witness: [new Uint8Array(64)] }))
        const { leaf, control } = tapTree(testKey(3), words(OP_1))
        await failsIn(stage, 'WITNESS_PROGRAM_MISMATCH', tx, bring(coin, { witness: [leaf, control] }))
        await stage.mine({ transactions: [tx] })
      },
    },
    {
      name: 'programs of version 1 and another length are anybody’s',
      play: async stage => {
        for (const length of [2, 31, 33, 40]) {
          const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(1, times(length, 1)))
          await stage.mine({ transactions: [tx, bring(coin, { witness: [emptyBytes] })] })
        }
        const { tx, coin } = paidTo(stage.openCoin(), witnessProgramScript(1, times(32, 1)))
        await failsIn(stage, 'SCHNORR_SIG_SIZE', tx, bring(coin, { witness: [emptyBytes] }))
      },
    },
    {
      name: 'behind P2SH there is no Taproot: anybody may spend',
      play: async stage => {
        const program = tapTree(testKey(3), words(OP_RETURN)).outputScript
        const { tx, coin } = paidTo(stage.openCoin(), lockIn('p2sh', program))
        await failsIn(stage, 'WITNESS_MALLEATED_P2SH', tx, bring(coin, { scriptSig: words(OP_1, program) }))
        await stage.mine({ transactions: [tx, bring(coin, { scriptSig: words(program) })] })
      },
    },
    {
      name: 'before Taproot anybody may spend what later is one',
      rules: rulesWith(forksAt({ taproot: 22 })),
      play: async stage => {
        const coins = [1, 2].map(() => guardByTree(stage.openCoin(), tapTree(testKey(3), words(OP_RETURN))))
        const [one, other] = coins as [(typeof coins)[0], (typeof coins)[0]]
        await stage.mine({ transactions: [one.tx, other.tx, bring(one)] })
        await failsIn(stage, 'WITNESS_PROGRAM_WITNESS_EMPTY', bring(other))
        await failsIn(stage, 'OP_RETURN', releaseTree(other))
      },
    },
  ],
}
