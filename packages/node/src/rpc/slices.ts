/** Work goes on for so long before others get their turn. */
const SLICE_MS = 8

/** Maps a long list without holding up the event loop. */
export async function mapInSlices<T, R>(items: Iterable<T>, map: (item: T, index: number) => R): Promise<R[]> {
  const out: R[] = []
  let endMs = performance.now() + SLICE_MS
  for (const item of items) {
    if (performance.now() > endMs) {
      await new Promise(resolve => setImmediate(resolve))
      endMs = performance.now() + SLICE_MS
    }
    out.push(map(item, out.length))
  }
  return out
}
