import type { ScriptFailure, ScriptJob, ScriptVerifier } from '@raistone/consensus'
import type { ScriptFlags } from '@raistone/script'

/** A verifier that can be told to wait: what it is asked meanwhile is answered when it is released. */
export class Gate {
  /** Checks it was asked for. */
  asked = 0
  private closed: Promise<void> | undefined
  private open: (() => void) | undefined
  private arrived: (() => void) | undefined

  constructor(private readonly verifier: ScriptVerifier) {}

  /** From now on checks wait. Resolves when one does. */
  hold(): Promise<void> {
    this.closed = new Promise(resolve => {
      this.open = resolve
    })
    return new Promise(resolve => {
      this.arrived = resolve
    })
  }

  release(): void {
    this.closed = undefined
    this.open?.()
  }

  async verify(jobs: readonly ScriptJob[], flags: ScriptFlags): Promise<ScriptFailure | undefined> {
    this.asked++
    this.arrived?.()
    await this.closed
    return this.verifier.verify(jobs, flags)
  }
}
