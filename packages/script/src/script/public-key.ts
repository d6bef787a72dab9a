/** The 33-byte form: 2 or 3 and the x coordinate. Says nothing about whether such a point exists. */
export const isCompressedKey = (key: Uint8Array): boolean => key.length === 33 && (key[0] === 2 || key[0] === 3)

/** The 65-byte form: 4 and both coordinates. */
export const isUncompressedKey = (key: Uint8Array): boolean => key.length === 65 && key[0] === 4

/** Whether the first byte fits the length: only such keys are parsed at all. 6 and 7 are the hybrid form. */
export const hasKeyShape = (key: Uint8Array): boolean =>
  isCompressedKey(key) || (key.length === 65 && (key[0] === 4 || key[0] === 6 || key[0] === 7))
