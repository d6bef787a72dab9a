// What a process has worked.
import { readFileSync } from 'node:fs'

const TICKS_A_SECOND = 100

/** CPU seconds of all its threads so far, from /proc/PID/stat; undefined where there is none. */
export function cpuOf(pid) {
  try {
    // The name in brackets may have spaces: what follows it begins with the third field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
  } catch {
    return undefined
  }
}
