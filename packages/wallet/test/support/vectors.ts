import { describe } from '@jest/globals'
import { canRead } from '@raistone/testkit'

/** A suite over public vectors of wallets, of which not every case applies: skipped with one line where they are absent. */
export function walletVectorSuite(name: string, body: () => void): void {
  if (canRead('vectors')) describe(name, body)
  else describe.skip(name, body)
}

/** One line that says which cases do not apply, and how many they are. */
export function reportSkipped(count: number, why: string): void {
  process.stderr.write(`skipped: ${count} cases: ${why}\n`)
}
