import type { Draw } from './draw.js'

/** What a judge says: whether it holds, or a name. */
export type Verdict = boolean | string

export interface Case<T> {
  readonly input: T
  /** What the way it was made says of it; absent where only agreement is asked for. */
  readonly expected?: Verdict
}

/** One way to make cases. */
export interface Kind<T> {
  readonly name: string
  /** How many of the family's rounds it takes, beside the other kinds' shares. */
  readonly share: number
  /** Every one of these is asked of the slow judge too. */
  readonly edge?: true
  make(draw: Draw): Case<T>
}

export interface Judge<T> {
  readonly name: string
  verdict(input: T): Verdict
}

/** Cases of one sort and who judges them: the first two always, the slow one on some. */
export interface Family<T> {
  readonly name: string
  readonly kinds: readonly Kind<T>[]
  readonly judges: readonly Judge<T>[]
  readonly oracle: Judge<T>
  /** The verdict that counts as valid in the figures; absent where there is no such thing. */
  readonly valid?: Verdict
  /** The input for a reader, byte strings in hex. */
  show(input: T): Readonly<Record<string, string | number>>
}
