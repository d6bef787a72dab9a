// The reference of every bench that checks signatures: ECDSA verifications a second, native, on one thread.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const child = fileURLToPath(new URL('native-verify-child.mjs', import.meta.url))

export const NATIVE_UNIT = 'native verifications/s on one thread'

/** Measures anew, in a process of its own: what the bench has done meanwhile is not to weigh on it. */
export function nativeVerifications() {
  const done = spawnSync(process.execPath, [child], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`native verification cannot be measured on this machine\n${done.stderr}`)
  return Number(done.stdout)
}
