/** Reads the numbers of LevelDB's files; beyond the end there are zeros, which no check agrees with. */
export class LevelReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * factor
      if (byte < 128 || factor > 2 ** 49) return value
    }
  }
}

/** LevelDB stores checksums so that data with checksums in them do not look like sound ones. */
export const unmask = (stored: number): number => {
  const rotated = (stored - 0xa282ead8) >>> 0
  return ((rotated >>> 17) | (rotated << 15)) >>> 0
}
