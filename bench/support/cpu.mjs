// Rates by CPU time: on a machine that others use as well, a process is not charged for waiting.

const REPEATS = 4
const SECONDS = 0.15

function rateOnce(work, units) {
  const start = process.cpuUsage()
  for (let done = units; ; done += units) {
    work()
    const { user, system } = process.cpuUsage(start)
    const spent = (user + system) / 1e6
    if (spent >= SECONDS) return done / spent
  }
}

/**
 * Units per second of this process's CPU time, all its threads counted: the best of a few short measurements, since
 * whatever disturbs one makes it slower and never faster.
 */
export const cpuRate = (work, units) => Math.max(...Array.from({ length: REPEATS }, () => rateOnce(work, units)))
