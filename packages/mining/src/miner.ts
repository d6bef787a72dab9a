import { Emitter, type Events, nowSec } from '@raistone/consensus'
import { type BlockHash, createBlock, type Height } from '@raistone/primitives'
import type { TemplateDeps } from './deps.js'
import type { NonceSearch } from './search/nonce-search.js'
import { createTemplate, timeAllows } from './template.js'

export interface MinerEvents {
  found: { readonly hash: BlockHash; readonly height: Height }
  /** Something that should not have happened; mining goes on. */
  failed: { readonly error: unknown }
}

export interface MinerDeps extends TemplateDeps {
  readonly search: NonceSearch
  /** From 0 up to 1: where the extra nonce begins, so that two miners with one address do not do the same work. */
  readonly random: () => number
}

export interface MinerOptions {
  readonly payTo: Uint8Array
}

/** A template is renewed this often: its time follows the clock, and new transactions come in. */
const RENEW_MS = 2000
/** While the chain is too far ahead of the clock. */
const WAIT_MS = 250
const PAUSE_AFTER_FAILURE_MS = 1000

const EXTRA_NONCES = 0x100000000

/** Mines without end on whatever the tip is. */
export class Miner {
  readonly name = 'miner'
  readonly events: Events<MinerEvents>
  private readonly emitter = new Emitter<MinerEvents>()
  private readonly stopping = new AbortController()
  /** Ends the search in hand: there is a better template. */
  private renewal = new AbortController()
  private running: Promise<void> | undefined
  private off: (() => void) | undefined
  private extraNonce: number
  private rate = { hashes: 0, sinceMs: 0 }

  constructor(
    private readonly deps: MinerDeps,
    private readonly options: MinerOptions,
  ) {
    this.events = this.emitter
    this.extraNonce = Math.floor(deps.random() * EXTRA_NONCES)
  }

  start(): void {
    this.rate = { hashes: this.deps.search.hashes, sinceMs: performance.now() }
    this.off = this.deps.chain.events.on('tip', () => this.renewal.abort())
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.off?.()
    this.stopping.abort()
    this.renewal.abort()
    await this.running
  }

  /** Average since the start. */
  get hashesPerSecond(): number {
    const seconds = (performance.now() - this.rate.sinceMs) / 1000
    return seconds > 0 ? (this.deps.search.hashes - this.rate.hashes) / seconds : 0
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.renewal = new AbortController()
      try {
        if (timeAllows(this.deps.chain, nowSec(this.deps.clock))) await this.tryOnce(this.renewal.signal)
        else await this.pause(WAIT_MS)
      } catch (error) {
        this.emitter.emit('failed', { error })
        await this.pause(PAUSE_AFTER_FAILURE_MS)
      }
    }
  }

  /** One template, until it is solved or no longer the best there is. */
  private async tryOnce(signal: AbortSignal): Promise<void> {
    const { chain, search } = this.deps
    this.extraNonce = (this.extraNonce + 1) % EXTRA_NONCES
    const template = await createTemplate(this.deps, this.options.payTo, { extraNonce: this.extraNonce + 1 })
    const renew = setTimeout(() => this.renewal.abort(), RENEW_MS)
    const solved = await search
      .search(template.block.header, template.target, { signal })
      .finally(() => clearTimeout(renew))
    if (!solved || this.stopping.signal.aborted) return
    const block = createBlock(solved, template.block.transactions)
    const result = await chain.submitBlock(block)
    // A rival's block may have come first, or the clock have been set back: the next template will do.
    if (!result.reject) this.emitter.emit('found', { hash: block.hash, height: template.height })
    else if (result.reject.cause !== 'early')
      throw new Error(`a block mined here was refused: ${result.reject.rule} ${result.reject.detail ?? ''}`)
  }

  private pause(ms: number): Promise<void> {
    const { signal } = this.stopping
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
    })
  }
}
