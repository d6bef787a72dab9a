// What five million coins in memory cost, in bytes and in time, beside a map with strings for keys.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { machine, readOptions } from './support/ratio.mjs'

const child = fileURLToPath(new URL('support/coins-child.mjs', import.meta.url))
const options = readOptions(process.argv.slice(2))
const coins = Number(options.coins ?? 5_000_000)
/** So many for the two to be compared by. */
const compared = Math.min(coins, Number(options.compared ?? 1_000_000))
const rounds = Number(options.rounds ?? 3)
/** Bytes a coin that the table may take: at the end, and at the worst moment of growth. */
const allowed = { steady: 120, worst: 190 }

const round = value => Number(value.toFixed(3))
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1]

function measure(kind, count) {
  const words = ['--expose-gc', '--max-old-space-size=8192', child, kind, String(count)]
  const done = spawnSync(process.execPath, words, { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`coins: exit code ${done.status}\n${done.stderr}`)
  return JSON.parse(done.stdout)
}

const rounded = figures => Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]))
const times = ['insertUs', 'hitUs', 'missUs', 'loadUs']

process.stderr.write(`coins: ${coins} in the table\n`)
const whole = measure('table', coins)
const each = []
for (let i = 0; i < rounds; i++) {
  process.stderr.write(`coins: round ${i + 1} of ${rounds}, ${compared} in either\n`)
  each.push({ map: measure('map', compared), table: measure('table', compared) })
}
const figures = ['bytesSteady', ...times]
const middle = kind => Object.fromEntries(figures.map(name => [name, median(each.map(one => one[kind][name]))]))
const holds = whole.bytesSteady <= allowed.steady && whole.bytesWorst <= allowed.worst
console.log(
  JSON.stringify(
    {
      bench: 'coins',
      coins,
      allowed,
      holds,
      table: rounded(whole),
      compared: { coins: compared, table: rounded(middle('table')), map: rounded(middle('map')) },
      // Map to table: more is better for the table.
      ratio: rounded(
        Object.fromEntries(figures.map(name => [name, median(each.map(one => one.map[name] / one.table[name]))])),
      ),
      machine: machine(),
    },
    null,
    2,
  ),
)
process.exitCode = holds ? 0 : 1
