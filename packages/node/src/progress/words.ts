import type { Report } from './progress.js'

const DAY_SEC = 86_400

/** Two units at most: `2 d 4 h`, `1 h 5 min`, `3 min 20 s`, `12 s`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / DAY_SEC), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** Of 100, never more than is done: only what is complete is 100. */
export const percent = (share: number): number => Math.floor(Math.min(1, Math.max(0, share)) * 100)

/** Whole from ten on. */
export const rate = (perSec: number): number => (perSec < 10 ? Math.round(perSec * 10) / 10 : Math.round(perSec))

/** `height 5, 12 blocks/s, 340 tx/s, 3 min left`. */
export function reportWords({ height, blocksPerSec, transactionsPerSec, leftSec }: Report): string {
  return [
    `height ${height}`,
    `${rate(blocksPerSec)} blocks/s`,
    ...(transactionsPerSec === undefined ? [] : [`${rate(transactionsPerSec)} tx/s`]),
    ...(leftSec === undefined ? [] : [`${duration(leftSec)} left`]),
  ].join(', ')
}
