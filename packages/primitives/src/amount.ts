/** Satoshis: the smallest unit, 100,000,000 to the coin. */
export type Sats = bigint
/** Blocks above the genesis block, which is at 0. */
export type Height = number

export const SATS_PER_COIN = 100_000_000n

/** Coins with exactly eight decimals, as Core prints amounts. */
export function formatAmount(sats: Sats): string {
  const magnitude = sats < 0n ? -sats : sats
  const digits = magnitude.toString().padStart(9, '0')
  return `${sats < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`
}

/** Satoshis of a decimal number of coins such as `0.5`; undefined if it is no such number or has more than eight decimals. */
export function parseAmount(text: string): Sats | undefined {
  const match = /^(\d{1,11})(?:\.(\d{1,8}))?$/.exec(text)
  if (!match) return undefined
  return BigInt(match[1] as string) * SATS_PER_COIN + BigInt((match[2] ?? '').padEnd(8, '0'))
}
