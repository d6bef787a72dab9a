import { type ScriptErrorName, scriptErrorMessage } from '@raistone/script'

/** The reason of a block in which a script fails with this error. */
export const scriptFails = (error: ScriptErrorName): string =>
  `block-script-verify-flag-failed (${scriptErrorMessage(error)})`
