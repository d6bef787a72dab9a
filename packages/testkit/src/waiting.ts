import { createServer } from 'node:net'

/** A TCP port on loopback that was free a moment ago. Prefer port 0 where the process tells which it took. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer()
    server.on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const POLL_MS = 50

/**
 * Asks until the answer is neither false nor undefined, and resolves with it. For what another process does; within
 * one process wait for its event instead. A question that throws counts as "not yet" until the deadline, whose error
 * then names what was waited for and the last failure.
 */
export async function waitFor<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs: number,
  what = 'the condition',
): Promise<T> {
  const end = performance.now() + deadlineMs
  let last: unknown
  for (;;) {
    try {
      const answer = await condition()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    if (performance.now() >= end)
      throw new Error(`${what} did not come within ${deadlineMs} ms${last ? `: ${String(last)}` : ''}`, { cause: last })
    await new Promise(done => setTimeout(done, POLL_MS))
  }
}

/** The promise, or an error that names what was waited for once the deadline has passed. */
export async function withDeadline<T>(promise: Promise<T>, deadlineMs: number, what = 'the result'): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`${what} did not come within ${deadlineMs} ms`)), deadlineMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
