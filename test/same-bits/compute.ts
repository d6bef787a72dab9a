import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '@raistone/primitives'
import { Draw } from '../equal-tiers/draw.js'
import { hashSections } from './hashing.js'
import { numberSections } from './numbers.js'
import type { Report, SectionReport } from './report.js'
import { retargetSections } from './retargets.js'
import type { Section } from './section.js'
import { spendSections } from './spends.js'
import { targetSections } from './targets.js'
import { transactionSections } from './transactions.js'

const sections: readonly Section[] = [
  ...targetSections,
  ...retargetSections,
  ...numberSections,
  ...hashSections,
  ...transactionSections,
  ...spendSections,
]

/** A module with one function that uses vectors of 128 bits. */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
)

function computeSection({ name, cases, line }: Section, seed: number, part: number): SectionReport {
  const lines: string[] = []
  for (let number = 0; number < cases; number += part) lines.push(line(new Draw(`${seed}/${name}/${number}`), number))
  // The library's hash, for the one of primitives is among what is compared.
  const digest = toHex(sha256(new TextEncoder().encode(lines.join('\n'))))
  return { name, digest, lines }
}

/** Everything that must have the same bits everywhere; of all cases, one in `part`. Nothing here depends on the platform. */
export const compute = (seed: number, part: number): Report => ({
  hasSimd: WebAssembly.validate(simdModule),
  sections: sections.map(section => computeSection(section, seed, part)),
})
