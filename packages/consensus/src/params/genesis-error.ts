/** A genesis file that does not define a chain: which field is wrong, and why. */
export class GenesisError extends Error {
  constructor(
    /** Path of the field, as `money.subsidy`; empty for the file as a whole. */
    readonly field: string,
    readonly problem: string,
  ) {
    super(field === '' ? problem : `${field}: ${problem}`)
    this.name = 'GenesisError'
  }
}
