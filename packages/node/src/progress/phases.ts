import type { OpenProgress } from '@raistone/consensus'
import type { Progress, StartProgress } from './progress.js'

/** What opening the ledger does, one phase after the other. */
export class Phases {
  private phase: OpenProgress['phase'] | undefined
  private progress: Progress | undefined

  constructor(private readonly start: StartProgress) {}

  tell(told: OpenProgress): void {
    if (told.phase !== this.phase) {
      this.end()
      this.phase = told.phase
      this.progress = this.start(told.phase)
    }
    this.progress?.report(() => told)
  }

  /** To be called when the ledger is open. */
  end(): void {
    this.progress?.end()
    this.progress = undefined
    this.phase = undefined
  }
}
