import type { Draw } from '../equal-tiers/draw.js'

/** One sort of computation. What is compared is text, so that a difference can be read. */
export interface Section {
  readonly name: string
  /** How many of them a full run makes. */
  readonly cases: number
  /** Input and results of a case: its number and what is drawn, which follows from seed, section and number, make it. */
  line(draw: Draw, number: number): string
}

/** A number's digits; zero keeps its sign, which JavaScript does not print. */
export const digits = (value: number | undefined): string => (Object.is(value, -0) ? '-0' : String(value))

/** A non-negative number in hex. */
export const hex = (value: number | bigint): string => value.toString(16)

/** The case of this number among the edges, then drawn ones. */
export const edgeOr = <T>(edges: readonly T[], number: number, draw: () => T): T =>
  number < edges.length ? (edges[number] as T) : draw()
