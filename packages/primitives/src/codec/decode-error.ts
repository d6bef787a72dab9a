/** Bytes that cannot be what they claim to be. The only thing a decoder throws; `offset` counts from the first byte read. */
export class DecodeError extends Error {
  constructor(
    readonly what: string,
    readonly offset: number,
  ) {
    super(`${what} at offset ${offset}`)
    this.name = 'DecodeError'
  }
}
