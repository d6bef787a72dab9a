import { expect, test } from '@jest/globals'
import { idleFlush } from '../src/idle-flush.js'
import { silentLog } from '../src/log/logger.js'

test('the chain is asked to flush again and again, whatever becomes of it, until the node stops', async () => {
  const asked: number[] = []
  const answers = [Promise.resolve(false), Promise.reject(new Error('no space left')), Promise.resolve(true)]
  let repeated: () => void = () => undefined
  let ended = false
  const service = idleFlush(
    {
      flushIfIdle: idleMs => {
        asked.push(idleMs)
        return answers[asked.length - 1] as Promise<boolean>
      },
    },
    silentLog,
    run => {
      repeated = run
      return () => {
        ended = true
      }
    },
  )
  await service.stop()
  await service.start()
  for (const _ of answers) repeated()
  await Promise.allSettled(answers)
  expect(asked).toEqual([5000, 5000, 5000])
  expect(ended).toBe(false)
  await service.stop()
  expect(ended).toBe(true)
})
