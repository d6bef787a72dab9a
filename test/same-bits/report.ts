/** What one section came to. */
export interface SectionReport {
  readonly name: string
  /** SHA-256 of all lines. */
  readonly digest: string
  /** One per case. */
  readonly lines: readonly string[]
}

/** What one platform computed. */
export interface Report {
  /** Whether WebAssembly has vectors of 128 bits there. */
  readonly hasSimd: boolean
  readonly sections: readonly SectionReport[]
}

/** The first case of a section that came out differently. */
export interface Difference {
  readonly section: string
  readonly case: number
  readonly one: string
  readonly other: string
}

const SHOWN = 160

/** The text from a little before the place on. */
const around = (text: string | undefined, at: number): string =>
  text === undefined ? 'nothing' : text.slice(Math.max(0, at - SHOWN / 2), at + SHOWN / 2)

function firstDifference(one: SectionReport, other: SectionReport | undefined): Difference {
  const line = one.lines.findIndex((text, i) => text !== other?.lines[i])
  const [text, otherText] = [one.lines[line], other?.lines[line]]
  const at = [...(text ?? '')].findIndex((character, i) => character !== otherText?.[i])
  return { section: one.name, case: line, one: around(text, at), other: around(otherText, at) }
}

/** One difference for each section whose digest is not the same on both platforms. */
export function differences(one: Report, other: Report): readonly Difference[] {
  return one.sections.flatMap(section => {
    const same = other.sections.find(({ name }) => name === section.name)
    return same?.digest === section.digest ? [] : [firstDifference(section, same)]
  })
}
