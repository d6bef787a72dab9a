import type { FunctionWriter } from './function-writer.js'
import { get, i32, increase, repeatWhile } from './instructions.js'
import { type Code, code, I32 } from './module.js'

/** The eight words a to h. */
type State = readonly [Code, Code, Code, Code, Code, Code, Code, Code]

/** One round; `addends` are its constant and its word. Also returns a ^ b, which is the next round's b ^ c. */
function round(to: FunctionWriter, [a, b, c, d, e, f, g, h]: State, bc: Code, addends: readonly Code[]): [State, Code] {
  const { sum, xor, and, rotations } = to.kind
  const choice = xor(g, and(e, xor(f, g)))
  const first = to.keep(sum(h, ...addends, rotations(e, [6, 11, 25]), choice))
  const ab = to.keep(xor(a, b))
  const majority = xor(b, and(ab, bc))
  const nextA = to.keep(sum(first, rotations(a, [2, 13, 22]), majority))
  return [[nextA, a, b, c, to.keep(sum(d, first)), e, f, g], ab]
}

/** Writes the rounds of a turn, with whatever there is to do between them. */
export type Turn = (take: (...addends: readonly Code[]) => void) => void

/**
 * The rounds of a compression while it is written. Those of one turn are written out, with the state in locals, and
 * repeated by a loop: long code would not stay in a processor's cache.
 */
export class Rounds {
  private readonly state: readonly number[]
  private readonly position: number

  constructor(
    private readonly to: FunctionWriter,
    private readonly stateAt: number,
  ) {
    this.state = to.words(stateAt, 8).map(word => to.assign(to.local(), word))
    this.position = to.local(I32)
  }

  /** The rounds before this turn, times the bytes of a word: an offset in tables. */
  get here(): Code {
    return get(this.position)
  }

  /** Repeats a turn of so many rounds, at least four, until `end` rounds were made. */
  turns(rounds: number, end: number, turn: Turn): this {
    const { to, position } = this
    const body = to.block(() => {
      let state = this.state.map(get) as unknown as State
      let bc = to.keep(to.kind.xor(state[1], state[2]))
      turn((...addends) => {
        ;[state, bc] = round(to, state, bc, addends)
      })
      for (const [i, word] of state.entries()) to.assign(this.state[i] as number, word)
      to.run(increase(position, rounds * to.kind.size))
    })
    to.run(repeatWhile(code(get(position), i32.const(end * to.kind.size), i32.lt_s), body))
    return this
  }

  /** Adds the state from before and stores the sum in its place. */
  end(): void {
    const before = this.to.words(this.stateAt, 8)
    this.to.store(
      this.stateAt,
      before.map((word, i) => this.to.kind.sum(word, get(this.state[i] as number))),
    )
  }
}
