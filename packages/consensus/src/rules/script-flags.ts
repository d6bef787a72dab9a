import type { BlockHash, Height } from '@raistone/primitives'
import { scriptFlag as f, type ScriptFlags } from '@raistone/script'
import type { ChainParams, ForkHeights } from '../params/chain-params.js'

/**
 * Which script rules each soft fork brought. Witness programs are judged from BIP-0016 on, as Core does since their
 * activation has been buried: no earlier block spends one, but two, and those are exceptions.
 */
const flagsOf: readonly (readonly [keyof ForkHeights, ScriptFlags])[] = [
  ['bip16', f.P2SH | f.WITNESS],
  ['bip66', f.DERSIG],
  ['bip65', f.CHECKLOCKTIMEVERIFY],
  ['csv', f.CHECKSEQUENCEVERIFY],
  ['segwit', f.NULLDUMMY],
  ['taproot', f.TAPROOT],
]

/** What the exception of a block stands in place of: rules that hold from the start but for a few known blocks. */
const EXCEPTED: ScriptFlags = f.P2SH | f.WITNESS | f.TAPROOT

/** Script rules in force in the block at this height (Core's GetBlockScriptFlags). */
export function scriptFlagsAt(
  height: Height,
  hash: BlockHash,
  { forks, scriptExceptions }: Pick<ChainParams, 'forks' | 'scriptExceptions'>,
): ScriptFlags {
  const flags = flagsOf.reduce((all, [fork, own]) => (height >= forks[fork] ? all | own : all), 0)
  const exception = scriptExceptions.get(hash)
  return exception === undefined ? flags : (flags & ~EXCEPTED) | exception
}
