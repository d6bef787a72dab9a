// What a process holds in memory.
import { readFileSync } from 'node:fs'

/** Megabytes of a line of /proc/PID/status (`VmRSS` now, `VmHWM` the most so far); undefined where there is none. */
export function memoryOf(pid, what) {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(RegExp(`^${what}:\\s+(\\d+) kB`, 'm'))
    return line ? Number(((Number(line[1]) * 1024) / 1e6).toFixed(1)) : undefined
  } catch {
    return undefined
  }
}
