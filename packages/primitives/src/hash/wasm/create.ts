import type { Sha256 } from '../sha256.js'
import { roundConstants } from './constants.js'
import { WasmSha256 } from './engine.js'
import { BUFFER, four, one, PAGES } from './layout.js'
import { assemble } from './module.js'
import { program, type Sha256Functions } from './program.js'
import { BLOCK, Scratch } from './scratch.js'

/** Writes the constants of the rounds, and their sums with the words of the block that pads 64 bytes. */
function fillTables(functions: Sha256Functions, scratch: Scratch): void {
  const { numbers } = scratch
  numbers.set(roundConstants, one.constants / 4)
  scratch.pad(BUFFER, BUFFER, BLOCK)
  functions.load(BUFFER)
  functions.compress()
  const fill = (table: number, round: number, number: number): unknown =>
    numbers.fill(number, table / 4 + 4 * round, table / 4 + 4 * round + 4)
  for (const [round, constant] of roundConstants.entries()) {
    fill(four.constants, round, constant)
    fill(four.paddingSums, round, numbers[one.sums / 4 + round] as number)
  }
}

/** Undefined where the platform has no WebAssembly with vectors, or does not let it be made here. */
export function createWasmSha256(): Sha256 | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = assemble(program())
  let module: WebAssembly.Module
  try {
    module = new WebAssembly.Module(bytes)
  } catch {
    return undefined
  }
  const memory = new WebAssembly.Memory({ initial: PAGES })
  const functions = new WebAssembly.Instance(module, { js: { memory } }).exports as unknown as Sha256Functions
  const scratch = new Scratch(memory)
  fillTables(functions, scratch)
  return new WasmSha256(functions, scratch)
}
