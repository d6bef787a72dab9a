/** Does the cases, a few at a time, in their order. */
export async function inTurn<T>(cases: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < cases.length) await work(cases[next++] as T)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Every `step`-th of the numbers from 1 to `last`, beginning with a random one. */
export function everyNth(last: number, step: number, random: () => number): number[] {
  const numbers: number[] = []
  for (let n = 1 + Math.floor(random() * step); n <= last; n += step) numbers.push(n)
  return numbers
}
