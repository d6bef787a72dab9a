import { type Curve, equalBytes } from '@raistone/primitives'
import type { ScriptErrorName } from '../errors.js'
import type { ScriptFlags } from '../flags.js'
import type { ScriptCursor } from '../script/cursor.js'
import { MAX_NUMBER_LENGTH, parseScriptNumber, scriptNumber } from '../script/number.js'
import type { SpendContext } from '../sighash/spend-context.js'
import { NO_SEPARATOR } from '../sighash/taproot.js'
import { Conditions } from './conditions.js'

/** Under which rules a script runs: the original ones, BIP-0143 (version 0) or BIP-0342. */
export type SignatureVersion = 'base' | 'witness-v0' | 'tapscript'

/** The input under check: everything that stays the same while its scripts run. */
export interface InputCheck {
  readonly spend: SpendContext
  readonly index: number
  readonly flags: ScriptFlags
  readonly curve: Curve
}

/** BIP-0342: what a tapscript run knows beyond its stack. */
export interface TapscriptRun {
  readonly leafHash: Uint8Array
  /** Hash of the annex, if the witness has one. */
  readonly annex: Uint8Array | undefined
  /** What is left of the validation weight budget. */
  weightLeft: number
}

/** A signature hash and the script code it was made for. */
interface Digest {
  readonly scriptCode: Uint8Array
  readonly digest: Uint8Array
}

/** Stack items are never written to: OP_DUP and the witness share them. */
export type Stack = Uint8Array[]

/** The state of one script's run; handlers change it. */
export class Machine {
  readonly alt: Stack = []
  readonly conditions = new Conditions()
  opCount = 0
  /** Which operation is running, counted from zero. */
  position = 0
  /** Byte after the last executed OP_CODESEPARATOR: signatures cover the script from here. */
  codeStart = 0
  /** Position of the last executed OP_CODESEPARATOR. */
  separator = NO_SEPARATOR
  /**
   * The last ECDSA digest of each hash type. The legacy hash covers the whole transaction, and a script may ask
   * for it two hundred times.
   */
  private digests: Map<number, Digest> | undefined

  constructor(
    readonly input: InputCheck,
    readonly version: SignatureVersion,
    readonly at: ScriptCursor,
    readonly stack: Stack,
    readonly tapscript?: TapscriptRun,
  ) {}

  /** The digest for the hash type and script code: the last one made, or else a new one. */
  digest(hashType: number, scriptCode: Uint8Array, make: () => Uint8Array): Uint8Array {
    const known = this.digests?.get(hashType)
    if (known && equalBytes(known.scriptCode, scriptCode)) return known.digest
    const digest = make()
    this.digests ??= new Map()
    this.digests.set(hashType, { scriptCode, digest })
    return digest
  }

  has(flag: ScriptFlags): boolean {
    return (this.input.flags & flag) !== 0
  }

  /** The item `depth` below the top; call it only after a check of the stack's size. */
  peek(depth = 0): Uint8Array {
    return this.stack[this.stack.length - 1 - depth] as Uint8Array
  }

  /** Removes the top item; call it only after a check of the stack's size. */
  pop(): Uint8Array {
    return this.stack.pop() as Uint8Array
  }

  /** Removes so many items. */
  drop(count: number): void {
    // Setting a list's length takes longer than a few steps.
    for (let i = 0; i < count; i++) this.stack.pop()
  }

  push(item: Uint8Array): void {
    this.stack.push(item)
  }

  pushNumber(value: number): void {
    this.stack.push(scriptNumber(value))
  }

  pushBoolean(value: boolean): void {
    this.stack.push(scriptNumber(value ? 1 : 0))
  }

  /** The number `depth` below the top; undefined where the rules in force refuse its encoding. */
  number(depth: number, minimal: boolean, maxLength = MAX_NUMBER_LENGTH): number | undefined {
    return parseScriptNumber(this.peek(depth), minimal, maxLength)
  }
}

/** Runs one operation; returns why the script fails, or undefined to go on. */
export type Handler = (m: Machine) => ScriptErrorName | undefined

/** Whether the item counts as true: any byte set, but for the sign of a negative zero. */
export function isTrue(item: Uint8Array): boolean {
  const top = item.length - 1
  for (let i = 0; i < top; i++) if (item[i] !== 0) return true
  return top >= 0 && item[top] !== 0 && item[top] !== 0x80
}

/** A handler that first demands so many stack items. */
export const needs =
  (items: number, run: Handler): Handler =>
  m =>
    m.stack.length < items ? 'INVALID_STACK_OPERATION' : run(m)
