import { SEQUENCE_FINAL } from '@raistone/primitives'
import { scriptFlag } from '../flags.js'
import type { Handler, Machine } from '../interpreter/machine.js'
import { inputAt } from '../sighash/spend-context.js'
import type { OpcodeName } from './opcode.js'

/** Lock times below this are heights, from it on seconds since 1970. */
const LOCK_TIME_THRESHOLD = 500_000_000
/** BIP-0068: a sequence with this bit says nothing about time. */
const SEQUENCE_DISABLED = 0x80000000
/** BIP-0068: set where the lock counts units of 512 seconds, else blocks. */
const SEQUENCE_IN_SECONDS = 0x00400000
const SEQUENCE_LOCK = 0x0000ffff
/** Both locks go beyond 31 bits, so their operands may have a fifth byte. */
const OPERAND_LENGTH = 5

function lockTimeHolds(m: Machine, wanted: number): boolean {
  const { spend, index } = m.input
  const { lockTime } = spend.tx
  if (wanted < LOCK_TIME_THRESHOLD !== lockTime < LOCK_TIME_THRESHOLD) return false
  // A final sequence switches the transaction's lock time off, so it would prove nothing.
  return wanted <= lockTime && inputAt(spend, index).sequence !== SEQUENCE_FINAL
}

/** BIP-0065. Before its activation it is the no-operation it replaced. */
const checkLockTimeVerify: Handler = m => {
  if (!m.has(scriptFlag.CHECKLOCKTIMEVERIFY)) return undefined
  if (m.stack.length < 1) return 'INVALID_STACK_OPERATION'
  const wanted = m.number(0, m.has(scriptFlag.MINIMALDATA), OPERAND_LENGTH)
  if (wanted === undefined) return 'SCRIPTNUM'
  if (wanted < 0) return 'NEGATIVE_LOCKTIME'
  return lockTimeHolds(m, wanted) ? undefined : 'UNSATISFIED_LOCKTIME'
}

// Bitwise operators take the low 32 bits of the operand, and all bits that matter are there.
function sequenceHolds(m: Machine, wanted: number): boolean {
  const { spend, index } = m.input
  const { sequence } = inputAt(spend, index)
  if (spend.tx.version < 2 || (sequence & SEQUENCE_DISABLED) !== 0) return false
  if ((wanted & SEQUENCE_IN_SECONDS) !== (sequence & SEQUENCE_IN_SECONDS)) return false
  return (wanted & SEQUENCE_LOCK) <= (sequence & SEQUENCE_LOCK)
}

/** BIP-0112. Before its activation it is the no-operation it replaced. */
const checkSequenceVerify: Handler = m => {
  if (!m.has(scriptFlag.CHECKSEQUENCEVERIFY)) return undefined
  if (m.stack.length < 1) return 'INVALID_STACK_OPERATION'
  const wanted = m.number(0, m.has(scriptFlag.MINIMALDATA), OPERAND_LENGTH)
  if (wanted === undefined) return 'SCRIPTNUM'
  if (wanted < 0) return 'NEGATIVE_LOCKTIME'
  if ((wanted & SEQUENCE_DISABLED) !== 0) return undefined
  return sequenceHolds(m, wanted) ? undefined : 'UNSATISFIED_LOCKTIME'
}

/** Operations that bind a script to a time. They leave their operand on the stack. */
export const lockTimeOpcodes: Partial<Record<OpcodeName, Handler>> = {
  OP_CHECKLOCKTIMEVERIFY: checkLockTimeVerify,
  OP_CHECKSEQUENCEVERIFY: checkSequenceVerify,
}
