import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/**
 * A file that lines are added to and that does not grow without end: a full one becomes `NAME.old`, in place of the one
 * before. Nothing is buffered.
 */
export class RotatingFile {
  private handle: number | undefined
  private size: number

  /** Throws the system's error if the file cannot be opened. */
  constructor(
    private readonly path: string,
    private readonly mostBytes: number,
  ) {
    this.handle = openSync(path, 'a', 0o600)
    this.size = fstatSync(this.handle).size
  }

  /** A line that cannot be written is lost: a full disk ends the node where it matters, not for its log. */
  write(line: string): void {
    if (this.handle === undefined) return
    const bytes = Buffer.byteLength(line)
    try {
      if (this.size > 0 && this.size + bytes > this.mostBytes) this.rotate(this.handle)
      writeSync(this.handle, line)
      this.size += bytes
    } catch {}
  }

  /** What is written afterwards is lost. */
  close(): void {
    if (this.handle !== undefined) closeSync(this.handle)
    this.handle = undefined
  }

  private rotate(full: number): void {
    renameSync(this.path, `${this.path}.old`)
    this.handle = openSync(this.path, 'a', 0o600)
    this.size = 0
    closeSync(full)
  }
}
