import type { ScriptFailure, ScriptJob, ScriptVerifier } from '@raistone/consensus'
import type { ScriptFlags } from '@raistone/script'
import { Latch } from '@raistone/testkit'

/** A verifier that can be told to wait: what it is asked meanwhile is answered when it is released. */
export class Gate extends Latch {
  /** Checks it was asked for. */
  asked = 0

  constructor(private readonly verifier: ScriptVerifier) {
    super()
  }

  async verify(jobs: readonly ScriptJob[], flags: ScriptFlags): Promise<ScriptFailure | undefined> {
    this.asked++
    await this.pass()
    return this.verifier.verify(jobs, flags)
  }
}
