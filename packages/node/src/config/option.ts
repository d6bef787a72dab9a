/** One option: its command-line flag, its RAISTONE_ variable, its line in raistone.conf and its help come from this row. */
export interface Option {
  readonly name: string
  readonly kind: 'flag' | 'text' | 'number' | 'list'
  /** What the value stands for in the help: `N`, `DIR`. */
  readonly value?: string
  readonly help: string
  /** Commands it belongs to. */
  readonly of: readonly Command[]
  /** Shown by `--help-all` only. */
  readonly rare?: boolean
  /** Holds a secret: never shown, never taken silently from the command line of a terminal. */
  readonly secret?: boolean
  /** What a flag may be besides on and off; it is on then. */
  readonly kinds?: readonly string[]
  /** Smallest and largest number allowed. */
  readonly range?: readonly [number, number]
}

export type Command = 'node' | 'import' | 'rpc' | 'wallet'

/** Values as they were given, by option name; a flag is '1' or '0'. The last one wins, except in lists. */
export type RawOptions = ReadonlyMap<string, readonly string[]>
