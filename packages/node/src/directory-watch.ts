import { placeOf } from '@raistone/consensus/level'
import { failure } from './cli/cli-error.js'
import type { DataDirectory } from './data-directory.js'

const EVERY_MS = 2000

/** Whether the folder is still there: open files go on working when it is not, and all that they get is lost. */
export class DirectoryWatch {
  /** Rejects when it is gone, and only then. */
  readonly gone: Promise<never>
  private readonly timer: NodeJS.Timeout

  constructor({ path, blocks, chainstate }: DataDirectory, everyMs = EVERY_MS) {
    const folders = [path, blocks, chainstate]
    const places = folders.map(placeOf)
    let tell: (error: Error) => void
    this.gone = new Promise((_, reject) => {
      tell = reject
    })
    this.gone.catch(() => undefined)
    this.timer = setInterval(() => {
      const lost = folders.find((folder, i) => placeOf(folder) !== places[i])
      if (lost !== undefined) tell(failure(`data directory ${path}: ${lost} was deleted or replaced under the node`))
    }, everyMs).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }
}
