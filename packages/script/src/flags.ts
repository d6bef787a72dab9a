/** Verification flags with Core's names; a set is their bitwise or. Which are in force at a height is for consensus to say. */
export const scriptFlag = {
  P2SH: 1 << 0,
  STRICTENC: 1 << 1,
  DERSIG: 1 << 2,
  LOW_S: 1 << 3,
  NULLDUMMY: 1 << 4,
  SIGPUSHONLY: 1 << 5,
  MINIMALDATA: 1 << 6,
  DISCOURAGE_UPGRADABLE_NOPS: 1 << 7,
  CLEANSTACK: 1 << 8,
  CHECKLOCKTIMEVERIFY: 1 << 9,
  CHECKSEQUENCEVERIFY: 1 << 10,
  WITNESS: 1 << 11,
  DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM: 1 << 12,
  MINIMALIF: 1 << 13,
  NULLFAIL: 1 << 14,
  WITNESS_PUBKEYTYPE: 1 << 15,
  CONST_SCRIPTCODE: 1 << 16,
  TAPROOT: 1 << 17,
  DISCOURAGE_UPGRADABLE_TAPROOT_VERSION: 1 << 18,
  DISCOURAGE_OP_SUCCESS: 1 << 19,
  DISCOURAGE_UPGRADABLE_PUBKEYTYPE: 1 << 20,
} as const

export type ScriptFlagName = keyof typeof scriptFlag

/** A set of verification flags. */
export type ScriptFlags = number

const f = scriptFlag

/** Every flag that is a consensus rule once its soft fork is active. */
export const CONSENSUS_FLAGS: ScriptFlags =
  f.P2SH | f.DERSIG | f.NULLDUMMY | f.CHECKLOCKTIMEVERIFY | f.CHECKSEQUENCEVERIFY | f.WITNESS | f.TAPROOT

/** What Core demands of a transaction before it relays it (policy/policy.h, STANDARD_SCRIPT_VERIFY_FLAGS). */
export const STANDARD_FLAGS: ScriptFlags =
  Object.values(scriptFlag).reduce((all, flag) => all | flag, 0) & ~f.SIGPUSHONLY
