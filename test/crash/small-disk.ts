import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir } from '@raistone/testkit'

const command = (name: string, ...args: string[]): boolean => spawnSync(name, args, { stdio: 'ignore' }).status === 0

/** A disk of its own in memory, as small as it is to be. Only for who may mount. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Undefined where mounting is not permitted. */
  static mount(bytes: number): SmallDisk | undefined {
    const path = tempDir()
    return command('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path) ? new SmallDisk(path) : undefined
  }

  private remount(options: string): void {
    if (!command('mount', '-o', `remount,${options}`, this.path)) throw new Error(`cannot remount ${this.path}`)
  }

  resize(bytes: number): void {
    this.remount(`size=${bytes}`)
  }

  /** As a disk becomes that has failed; nobody may be writing. */
  protect(isReadOnly: boolean): void {
    this.remount(isReadOnly ? 'ro' : 'rw')
  }

  /** Takes all room but so many bytes, a page more or less; `relieve` gives it back. */
  fill(butBytes: number): void {
    const step = 4096
    const file = join(this.path, 'ballast')
    const filled = this.takeAll(file, step)
    writeFileSync(file, new Uint8Array(Math.max(0, filled - butBytes)))
  }

  private takeAll(file: string, step: number): number {
    let bytes = 0
    try {
      for (;;) {
        writeFileSync(file, new Uint8Array(step), { flag: 'a' })
        bytes += step
      }
    } catch {
      return bytes
    }
  }

  relieve(): void {
    rmSync(join(this.path, 'ballast'), { force: true })
  }

  unmount(): void {
    command('umount', '-l', this.path)
  }
}
