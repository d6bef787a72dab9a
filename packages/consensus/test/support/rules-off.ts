import type { BookedRule } from '../../src/rules/rule-book.js'

/** Takes the rule's check out of its table, for everybody in this process; what is returned puts it back. */
export function switchOff({ rule }: BookedRule): () => void {
  const row = rule as { check: (facts: never) => undefined | string }
  const { check } = row
  row.check = () => undefined
  return () => {
    row.check = check
  }
}
