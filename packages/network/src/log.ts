export type Fields = Readonly<Record<string, string | number | bigint | boolean>>

/** Where events go: a name and fields, never prose from a peer above `debug`. `child` narrows the scope. */
export interface Log {
  error(event: string, fields?: Fields): void
  info(event: string, fields?: Fields): void
  debug(event: string, fields?: Fields): void
  child(scope: string): Log
}
