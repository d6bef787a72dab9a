// One measurement of the coins bench, in a process of its own: `node --expose-gc coins-child.mjs table|map COINS`.
// Prints one JSON value: bytes a coin from what the process holds, microseconds from CPU time.

import { randomBytes } from 'node:crypto'
import { CoinTable } from '../../packages/consensus/dist/src/store/coin-table.js'
import { sipHashOf } from '../../packages/consensus/dist/src/store/sip-hash.js'

const [kind, count] = [process.argv[2], Number(process.argv[3])]
/** Coins of one block. */
const BLOCK = 5000
const BLOCKS_ASKED = 100
/** From so many on the worst moment counts: before, what this script leaves behind outweighs what the coins take. */
const LEAST_COUNTED = count / 5

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The id of transaction `n`, the same in every run: a multiplication mixes each of eight words. */
function txid(n, salt) {
  let hex = ''
  for (let word = 1; word <= 8; word++) {
    let x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(word + 16 * salt, 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d)
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39)
    x ^= x >>> 15
    hex += digits[x & 255] + digits[(x >>> 8) & 255] + digits[(x >>> 16) & 255] + digits[x >>> 24]
  }
  return hex
}

// Joined as the decoder's outpoints are, two outputs a transaction.
const outpoint = (n, salt = 0) => `${txid(n >> 1, salt)}:${n & 1}`

/** Witness programs of 22 bytes mostly, some of 34, and few scripts that fit in no slot. */
const lengthOf = n => (n % 500 === 0 ? 71 : n % 4 === 0 ? 34 : 22)
const coin = n => ({
  value: BigInt(n) * 1000n,
  script: new Uint8Array(lengthOf(n)).fill(n),
  height: n >> 12,
  coinbase: false,
})

const noStore = { readMany: async keys => keys.map(() => undefined) }
const none = new Map()

/** The table, and what it stands against: a map of strings with the same marks. */
const ways = {
  table() {
    const table = new CoinTable(noStore, 2 ** 40, sipHashOf(9, randomBytes(16)))
    const bytes = new Uint8Array(36)
    return {
      add: added => table.apply({ added, spent: none }),
      find(keys) {
        let found = 0
        for (const key of keys) if (table.peek(key)) found++
        return found
      },
      // As a caller has them who decoded a block.
      keyOf(key) {
        bytes.set(Buffer.from(key.slice(0, 64), 'hex').reverse())
        new DataView(bytes.buffer).setUint32(32, Number(key.slice(65)), true)
        return bytes.slice()
      },
      load: keys => table.load(keys),
      bytes: () => table.bytes,
    }
  },
  map() {
    const map = new Map()
    return {
      add: added => {
        for (const [key, each] of added) if (!map.has(key)) map.set(key, { coin: each, dirty: true, fresh: true })
      },
      find(keys) {
        let found = 0
        for (const key of keys) if (map.get(key)) found++
        return found
      },
      keyOf: key => key,
      load: async keys => new Map(keys.map(key => [key, map.get(key)?.coin])),
      bytes: () => undefined,
    }
  },
}

const held = () => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
const cpuUs = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Runs it once for each block of keys made fresh, as strings that nothing has hashed yet; microseconds a key. */
async function perKey(make, run) {
  let us = 0
  for (let block = 0; block < BLOCKS_ASKED; block++) {
    const given = make(block)
    const begin = cpuUs()
    await run(given)
    us += cpuUs() - begin
  }
  return us / (BLOCKS_ASKED * BLOCK)
}

global.gc()
const empty = held()
const way = ways[kind]()
let worst = 0
let insertUs = 0
let longestMs = 0
let blocks = 0
for (let from = 0; from < count; from += BLOCK) {
  const added = new Map()
  for (let n = from; n < Math.min(from + BLOCK, count); n++) added.set(outpoint(n), coin(n))
  const begin = cpuUs()
  const beginMs = performance.now()
  way.add(added)
  longestMs = Math.max(longestMs, performance.now() - beginMs)
  insertUs += cpuUs() - begin
  added.clear()
  if (++blocks % 10 === 0) global.gc({ type: 'minor' })
  if (from + BLOCK >= LEAST_COUNTED) worst = Math.max(worst, (held() - empty) / (from + BLOCK))
}
global.gc()
const steady = (held() - empty) / count

const stride = Math.max(1, Math.floor(count / (BLOCKS_ASKED * BLOCK)))
const spread = (block, i) => ((block * BLOCK + i) * stride * 7919) % count
const keysOf = salt => block => Array.from({ length: BLOCK }, (_, i) => outpoint(spread(block, i), salt))
const bytesOf = salt => block => keysOf(salt)(block).map(key => way.keyOf(key))
const expectFound = wanted => keys => {
  const found = way.find(keys)
  if (found !== wanted) throw new Error(`${found} of ${keys.length} found, not ${wanted}`)
}

console.log(
  JSON.stringify({
    bytesSteady: steady,
    bytesWorst: worst,
    bytesCounted: way.bytes() === undefined ? undefined : way.bytes() / count,
    insertUs: insertUs / count,
    longestBlockMs: longestMs,
    hitUs: await perKey(bytesOf(0), expectFound(BLOCK)),
    missUs: await perKey(bytesOf(1), expectFound(0)),
    loadUs: await perKey(keysOf(0), async keys => {
      const view = await way.load(keys)
      if (!view.get(keys[0])) throw new Error(`${keys[0]} was not found`)
    }),
  }),
)
