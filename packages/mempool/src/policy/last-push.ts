import { opcode, ScriptCursor, scriptNumber } from '@raistone/script'

/** What a push-only script leaves on top of the stack; undefined if it leaves nothing or cannot run. */
export function lastPush(script: Uint8Array): Uint8Array | undefined {
  const at = new ScriptCursor(script)
  let top: Uint8Array | undefined
  while (at.advance()) {
    const { op } = at
    if (op <= opcode.OP_PUSHDATA4) top = at.data
    else if (op === opcode.OP_1NEGATE) top = scriptNumber(-1)
    else if (op >= opcode.OP_1 && op <= opcode.OP_16) top = scriptNumber(op - opcode.OP_1 + 1)
    else return undefined
  }
  return at.broken ? undefined : top
}
