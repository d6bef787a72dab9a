import { type ScriptFlagName, type ScriptFlags, scriptFlag } from '@raistone/script'

const { CLEANSTACK, P2SH, TAPROOT, WITNESS } = scriptFlag

/** Every flag there is. */
export const allFlags: ScriptFlags = Object.values(scriptFlag).reduce((all, flag) => all | flag, 0)

/** Flags of a comma-separated list; NONE and the empty list are no flags. */
export const parseFlags = (text: string): ScriptFlags =>
  text
    .split(',')
    .filter(name => name !== '' && name !== 'NONE')
    .reduce((all, name) => {
      const flag = scriptFlag[name as ScriptFlagName]
      if (!flag) throw new SyntaxError(`no flag ${name}`)
      return all | flag
    }, 0)

/** With every flag that one of these makes sense only with. */
export function withNeeded(flags: ScriptFlags): ScriptFlags {
  let all = flags
  if (all & CLEANSTACK) all |= WITNESS | P2SH
  if (all & TAPROOT) all |= WITNESS
  if (all & WITNESS) all |= P2SH
  return all
}

/** Without every flag whose companion is missing. */
export function withoutOrphans(flags: ScriptFlags): ScriptFlags {
  let rest = flags
  if (!(rest & P2SH)) rest &= ~WITNESS
  if (!(rest & WITNESS)) rest &= ~(CLEANSTACK | TAPROOT)
  return rest
}

/** The flags one by one. */
export const singleFlags = (flags: ScriptFlags): ScriptFlags[] =>
  Object.values(scriptFlag).filter(flag => (flags & flag) !== 0)

/** Every subset of the flags in which no flag lacks its companion. */
export function consistentSubsets(flags: ScriptFlags): ScriptFlags[] {
  let subsets: ScriptFlags[] = [0]
  for (const flag of singleFlags(flags)) subsets = subsets.flatMap(subset => [subset, subset | flag])
  return subsets.filter(subset => withoutOrphans(subset) === subset)
}
