/** Longest script that may be run before BIP-0342, in bytes; an output with a longer one can never be spent. */
export const MAX_SCRIPT_SIZE = 10_000

/** Longest item that a script may push or a witness script be given, in bytes. */
export const MAX_ITEM_SIZE = 520

/** Items on both stacks together. */
export const MAX_STACK_SIZE = 1000

/** Operations other than pushes, before BIP-0342. */
export const MAX_OPS = 201

/** Most keys of one OP_CHECKMULTISIG; counting signature operations assumes so many where it cannot know. */
export const MAX_KEYS_PER_MULTISIG = 20
