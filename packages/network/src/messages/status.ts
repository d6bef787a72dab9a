import { type BlockHash, type Codec, DecodeError, hash32, type Of, struct, u32, u64 } from '@raistone/primitives'
import type { Message } from './message.js'
import { encodedText } from './text.js'

/** Bits of `services`. */
export const serviceBits = {
  /** Serves every block of its chain. */
  full: 1n,
  /** BIP-0159: serves the newest 288 blocks at least, and perhaps no others. */
  limited: 1n << 10n,
} as const

/** Chain work is 256 bits wide: 32 bytes, least significant first. */
const work256: Codec<bigint> = {
  size: () => 32,
  write: (w, value) => {
    for (let i = 0n; i < 4n; i++) w.u64((value >> (64n * i)) & 0xffffffffffffffffn)
  },
  read: r => r.u64() | (r.u64() << 64n) | (r.u64() << 128n) | (r.u64() << 192n),
}

const flag: Codec<boolean> = {
  size: () => 1,
  write: (w, value) => w.u8(value ? 1 : 0),
  read: r => {
    const start = r.offset
    const value = r.u8()
    if (value > 1) throw new DecodeError('flag is neither 0 nor 1', start)
    return value === 1
  },
}

const content = struct({
  networkHash: hash32<string>(),
  genesis: hash32<BlockHash>(),
  height: u32,
  tip: hash32<BlockHash>(),
  work: work256,
  services: u64,
  /** Whether it publishes and wants transactions. */
  relaysTransactions: flag,
  userAgent: encodedText(256),
})

/** Who a node is and how far: what both sides of a connection tell each other first, whatever network they are on. */
export type Status = Of<typeof content>
export const statusMessage: Message<Status> = { name: 'status', codec: content, most: 1024 }
