import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { nobleCurve } from '@raistone/primitives'
import { loadNativeCurve } from '@raistone/primitives/curve/native'
import { scriptFlag } from '@raistone/script'
import { seededRandom, withDeadline } from '@raistone/testkit'
import { createLocalVerifier } from '../../src/verify/local.js'
import { nextTurn } from '../../src/verify/next-turn.js'
import type { Packet } from '../../src/verify/packet.js'
import { type CurveTier, createWorkerVerifier } from '../../src/verify/pool.node.js'
import type { ScriptChecks, ScriptJob, ScriptVerifier } from '../../src/verify/script-verifier.js'
import { signedJob, spoiledJob } from '../support/signed-jobs.js'

const flags = scriptFlag.P2SH | scriptFlag.DERSIG | scriptFlag.WITNESS | scriptFlag.NULLDUMMY | scriptFlag.TAPROOT

/** A block's worth of jobs: small ones, and one that is cut. */
const jobs = [1, 2, 1, 3, 50, 1, 4, 8, 1, 1, 2, 12].map(signedJob)
const inputs = jobs.reduce((sum, { tx }) => sum + tx.inputs.length, 0)
const DEADLINE_MS = 20_000

/** As often as it takes to keep every thread busy for several messages. */
const many = (times: number): ScriptJob[] => Array.from({ length: times }, () => jobs).flat()

const spoiled = (from: readonly ScriptJob[], places: readonly (readonly [number, number])[]): ScriptJob[] =>
  from.map((job, i) => places.filter(([index]) => index === i).reduce((bad, [, input]) => spoiledJob(bad, input), job))

/** A job and one of its inputs. */
function randomPlace(among: readonly ScriptJob[], random: () => number): [number, number] {
  const index = Math.floor(random() * among.length)
  return [index, Math.floor(random() * (among[index] as ScriptJob).tx.inputs.length)]
}

const firstOf = (places: readonly (readonly [number, number])[]) => {
  const [[index, input]] = [...places].sort(([a, b], [c, d]) => a - c || b - d) as [[number, number]]
  return { index, input }
}

const hasNative = (await loadNativeCurve()) !== undefined
const tiers: readonly CurveTier[] = hasNative ? ['native', 'wasm', 'noble'] : ['wasm', 'noble']

const opened: ScriptVerifier[] = []
async function verifier(threads: number, curve = tiers[0] as CurveTier): Promise<ScriptVerifier> {
  const made = await createWorkerVerifier({ threads, curve })
  opened.push(made)
  return made
}
afterEach(async () => {
  jest.restoreAllMocks()
  for (const one of opened.splice(0)) await withDeadline(one.close(), DEADLINE_MS, 'the end of the threads')
})

/** What a run of a verifier says, and how many signatures it checked. */
async function run(of: ScriptVerifier, given: readonly ScriptJob[]) {
  const tally = { signatures: 0 }
  const failure = await withDeadline(of.verify(given, flags, tally), DEADLINE_MS, 'the verdict')
  return { failure, signatures: tally.signatures }
}

const sound = { failure: undefined, signatures: inputs }

describe.each(tiers)('with the %s curve', tier => {
  // Noble takes milliseconds for each signature.
  const given = tier === 'noble' ? jobs.slice(8) : jobs
  const signatures = given.reduce((sum, { tx }) => sum + tx.inputs.length, 0)
  const edges: [number, number][][] = tier === tiers[0] ? [[[0, 0]], [[jobs.length - 1, 0]], [[4, 49]]] : []

  const counts = tier === tiers[0] ? [0, 1, 2] : [0, 1]

  test.each(counts)('and %i threads the verdict and the count are the same', async threads => {
    const pool = await verifier(threads, tier)
    expect([pool.tier, pool.workers]).toEqual([tier, threads])
    expect(await run(pool, given)).toEqual({ failure: undefined, signatures })
    const random = seededRandom(5)
    const place = (): [number, number] => randomPlace(given, random)
    for (const bad of [[place(), place()], ...edges])
      expect((await run(pool, spoiled(given, bad))).failure).toMatchObject(firstOf(bad))
    // Another implementation of the curve, on this thread, gives the same reason.
    const bad = spoiled(given, [[1, 0]])
    const { failure } = await run(pool, bad)
    const alone = await createLocalVerifier(nobleCurve).verify(bad.slice(0, 2), flags)
    expect(failure).toEqual(alone)
    expect(await run(pool, given)).toEqual({ failure: undefined, signatures })
  })
})

describe('of several failures the first is told', () => {
  let pool: ScriptVerifier
  beforeAll(async () => {
    pool = await createWorkerVerifier({ threads: 2, curve: tiers[0] as CurveTier })
  })
  afterAll(() => withDeadline(pool.close(), DEADLINE_MS, 'the end of the threads'))

  test('also where a later batch is done before', async () => {
    const all = many(4)
    // Every transaction from there on is bad: whichever thread is first must not win.
    const bad = all.map((job, i) => (i >= 17 ? spoiledJob(job, 0) : job))
    for (let i = 0; i < 3; i++) expect((await run(pool, bad)).failure).toMatchObject({ index: 17, input: 0 })
  })

  test('of one transaction cut in two, its first input', async () => {
    expect(
      (
        await run(
          pool,
          spoiled(jobs, [
            [4, 49],
            [4, 3],
            [4, 47],
          ]),
        )
      ).failure,
    ).toMatchObject({ index: 4, input: 3 })
  })

  test('of runs at the same time, each its own', async () => {
    const given = [jobs, spoiled(jobs, [[11, 2]]), jobs, spoiled(jobs, [[3, 1]])]
    const answers = await Promise.all(given.map(one => run(pool, one)))
    expect(answers.map(({ failure }) => failure && [failure.index, failure.input])).toEqual([
      undefined,
      [11, 2],
      undefined,
      [3, 1],
    ])
    expect([answers[0]?.signatures, answers[2]?.signatures]).toEqual([inputs, inputs])
  })
})

test('this thread lets other work in while it checks', async () => {
  let turns = 0
  let over = false
  const count = (): void => {
    turns++
    if (!over) setImmediate(count)
  }
  const checking = run(createLocalVerifier(nobleCurve) as ScriptVerifier, jobs.slice(4, 5))
  setImmediate(count)
  await checking
  over = true
  expect(turns).toBeGreaterThan(2)
})

type Posted = Packet | 'end'
const isPacket = (message: unknown): message is Packet => message !== 'end'

/** Does something else with the packets for worker threads than to deliver them. Returns the threads they were for. */
function intercept(deliver: (worker: Worker, packet: Packet, post: (packet: Packet) => void) => void): Set<Worker> {
  const threads = new Set<Worker>()
  const real = Worker.prototype.postMessage
  jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: Posted) {
    threads.add(this)
    if (!isPacket(message)) return real.call(this, message)
    deliver(this, message, packet => real.call(this, packet))
  })
  return threads
}

/** Gives others their turns until the condition holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn()
}

/** Waits until so many of the threads that were given something are dead. */
const untilDead = (count: number, threads: ReadonlySet<Worker>): Promise<void> =>
  withDeadline(
    until(() => [...threads].filter(({ threadId }) => threadId === -1).length >= count),
    DEADLINE_MS,
    'the death of threads',
  )

/** What no worker can read: the thread dies of it. */
const poisoned = (packet: Packet): Packet => ({ ...packet, offset: packet.memory.byteLength })

describe('a thread that dies', () => {
  test('of an exception is replaced, and its batch done again and counted once', async () => {
    const pool = await verifier(2)
    let packets = 0
    const threads = intercept((_, packet, post) => post(packets++ === 0 ? poisoned(packet) : packet))
    const runAfterDeath = async (given: readonly ScriptJob[], dead: number) => {
      packets = 0
      const tally = { signatures: 0 }
      const checks = pool.begin(given, flags, tally)
      await untilDead(dead, threads)
      return { failure: await checks.finish(), signatures: tally.signatures }
    }
    expect(await runAfterDeath(many(3), 1)).toEqual({ failure: undefined, signatures: 3 * inputs })
    expect((await runAfterDeath(spoiled(jobs, [[0, 0]]), 2)).failure).toMatchObject({ index: 0, input: 0 })
    // Every thread that there is gets some of it: the two, less two, and two in their place.
    expect(await run(pool, many(3))).toEqual({ failure: undefined, signatures: 3 * inputs })
    expect(threads.size).toBe(4)
  })

  test('in the middle of its work is replaced too', async () => {
    const pool = await verifier(2)
    await run(pool, many(3))
    const ended: Promise<number>[] = []
    const threads = intercept((worker, packet, post) => {
      post(packet)
      if (ended.length === 0) ended.push(worker.terminate())
    })
    expect(await run(pool, many(3))).toEqual({ failure: undefined, signatures: 3 * inputs })
    await Promise.all(ended)
    expect(await run(pool, many(3))).toEqual({ failure: undefined, signatures: 3 * inputs })
    expect(threads.size).toBe(3)
  })

  test('again over the same batch ends the run with an error, and no other run', async () => {
    const pool = await verifier(1)
    const threads = intercept((_, packet, post) => post(poisoned(packet)))
    const checks = pool.begin(many(2), flags)
    await untilDead(2, threads)
    await expect(checks.finish()).rejects.toThrow(/end of data/)
    jest.restoreAllMocks()
    expect(await run(pool, many(2))).toEqual({ failure: undefined, signatures: 2 * inputs })
  })

  test('each time is given up in the end, and this thread goes on alone', async () => {
    const pool = await verifier(1)
    const threads = intercept((_, packet, post) => post(poisoned(packet)))
    for (let dead = 2; dead <= 8; dead += 2) {
      const checks = pool.begin(jobs, flags)
      await untilDead(dead, threads)
      await expect(checks.finish()).rejects.toThrow(/end of data/)
    }
    const checks = pool.begin(jobs, flags)
    await untilDead(9, threads)
    await expect(checks.finish()).rejects.toThrow(/end of data/)
    expect(await run(pool, jobs)).toEqual(sound)
    expect(threads.size).toBe(9)
  })

  test('leaves what it had not begun to others, who do it as if nothing had been', async () => {
    const pool = await verifier(1)
    let packets = 0
    const threads = intercept((_, packet, post) => post(packets++ === 0 ? poisoned(packet) : packet))
    const tally = { signatures: 0 }
    const checks = pool.begin(many(8), flags, tally)
    await untilDead(1, threads)
    expect(await checks.finish()).toBeUndefined()
    expect(tally.signatures).toBe(8 * inputs)
  })
})

/** Counts the answers of threads. */
function countAnswers(threads: ReadonlySet<Worker>): () => number {
  let answers = 0
  for (const worker of threads) worker.on('message', () => answers++)
  return () => answers
}

describe('what threads have before them', () => {
  /** Begins a run without this thread's help, and waits for an answer to each packet sent. */
  async function beginAlone(given: readonly ScriptJob[], then: (checks: ScriptChecks) => void = () => undefined) {
    const pool = await verifier(1)
    let packets = 0
    const threads = intercept((_, packet, post) => {
      packets++
      post(packet)
    })
    const tally = { signatures: 0 }
    const checks = pool.begin(given, flags, tally)
    const answers = countAnswers(threads)
    then(checks)
    await withDeadline(
      until(() => answers() === packets),
      DEADLINE_MS,
      'the answers',
    )
    return { pool, checks, packets, tally }
  }

  test('is left when one of them fails', async () => {
    const all = many(8)
    const { checks, packets, tally } = await beginAlone(spoiled(all, [[2, 0]]))
    // One signature of the first transaction, two of the second, and the bad one.
    expect([packets, tally.signatures]).toEqual([16, 4])
    expect(await checks.finish()).toMatchObject({ index: 2, input: 0 })
    expect(tally.signatures).toBe(4)
  })

  test('is left when nobody wants the answer', async () => {
    const { pool, checks, packets, tally } = await beginAlone(many(8), one => one.abandon())
    expect(packets).toBe(16)
    // At most the thread was in the middle of the first.
    expect(tally.signatures).toBeLessThanOrEqual(48)
    await expect(checks.finish()).rejects.toThrow('the checks were abandoned')
    expect(await run(pool, jobs)).toEqual(sound)
  })

  test('is done by this thread where they do not come to it, and counted once', async () => {
    const pool = await verifier(2)
    const held: (() => void)[] = []
    intercept((_, packet, post) => held.push(() => post(packet)))
    const bad = spoiled(many(2), [[19, 1]])
    expect(await run(pool, many(2))).toEqual({ failure: undefined, signatures: 2 * inputs })
    expect((await run(pool, bad)).failure).toMatchObject({ index: 19, input: 1 })
    expect(held.length).toBeGreaterThan(8)
    jest.restoreAllMocks()
    for (const post of held) post()
    expect(await run(pool, many(2))).toEqual({ failure: undefined, signatures: 2 * inputs })
  })

  test('of a later run is done while an earlier one is waited for, and each has its own answer and count', async () => {
    const pool = await verifier(2)
    const given = [many(3), spoiled(many(2), [[7, 4]]), many(2)]
    const tallies = given.map(() => ({ signatures: 0 }))
    const checks = given.map((one, i) => pool.begin(one, flags, tallies[i]))
    expect(await checks[0]?.finish()).toBeUndefined()
    expect(await checks[1]?.finish()).toMatchObject({ index: 7, input: 4 })
    expect(await checks[2]?.finish()).toBeUndefined()
    expect([tallies[0]?.signatures, tallies[2]?.signatures]).toEqual([3 * inputs, 2 * inputs])
  })
})

describe('close', () => {
  test('in the middle of a run ends it with an error and every thread', async () => {
    const pool = await verifier(2)
    const threads = intercept((_, packet, post) => post(packet))
    const running = expect(run(pool, many(8))).rejects.toThrow('the verifier was closed')
    const closing = pool.close()
    await expect(run(pool, jobs)).rejects.toThrow('the verifier was closed')
    await running
    await withDeadline(closing, DEADLINE_MS, 'the end of the threads')
    expect(threads.size).toBe(2)
    for (const worker of threads) expect(worker.threadId).toBe(-1)
    await expect(run(pool, jobs)).rejects.toThrow('the verifier was closed')
  })

  test('can be called twice, and before any work', async () => {
    const pool = await verifier(1)
    await withDeadline(Promise.all([pool.close(), pool.close()]), DEADLINE_MS)
    await withDeadline(pool.close(), DEADLINE_MS)
  })
})
