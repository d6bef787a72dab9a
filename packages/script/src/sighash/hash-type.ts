/** What a signature covers. The low bits choose the outputs, ANYONECANPAY leaves out the other inputs. */
export const sighash = {
  /** BIP-0341: as ALL, written by leaving the byte out; only for Taproot. */
  DEFAULT: 0x00,
  ALL: 0x01,
  NONE: 0x02,
  SINGLE: 0x03,
  ANYONECANPAY: 0x80,
} as const

/** The low five bits choose the outputs; before Taproot, values that mean neither NONE nor SINGLE act as ALL. */
export const outputMode = (hashType: number): number => hashType & 0x1f

/** Names as Core prints them in decoded scripts. */
export const sighashNames: ReadonlyMap<number, string> = new Map([
  [0x01, 'ALL'],
  [0x81, 'ALL|ANYONECANPAY'],
  [0x02, 'NONE'],
  [0x82, 'NONE|ANYONECANPAY'],
  [0x03, 'SINGLE'],
  [0x83, 'SINGLE|ANYONECANPAY'],
])

/** STRICTENC: one of the six named hash types. */
export const isDefinedHashType = (hashType: number): boolean => sighashNames.has(hashType)

/** BIP-0341: one of the six, or DEFAULT. */
export const isTaprootHashType = (hashType: number): boolean =>
  hashType === sighash.DEFAULT || sighashNames.has(hashType)
