import { writeFileSync } from 'node:fs'

/** Where a proof's random choices come from; `--seed` of `npm run prove` names another. */
export const SEED = Number(process.env.RAISTONE_PROOF_SEED ?? 20_260_101)

/** Whether only a small part is asked for, as before a change lands. */
export const isQuick = process.env.RAISTONE_PROOF_QUICK === '1'

/** Hands figures to `npm run prove`, which prints them; without it they are lost. */
export function writeFigures(figures: Readonly<Record<string, unknown>>): void {
  const file = process.env.RAISTONE_PROOF_FIGURES
  if (file) writeFileSync(file, JSON.stringify(figures))
}
