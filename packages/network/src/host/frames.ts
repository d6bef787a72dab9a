import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from '#libp2p'
import type { FrameStream } from './host.js'
import { plain } from './plain.js'

/** Bytes buffered beyond the frame being read before the sender is paused. One yamux window more can still arrive. */
const READ_AHEAD = 1 << 20
const CLOSE_WAIT_MS = 5_000

/** A frame is its length in four bytes, least significant first, then that many bytes. */
const PREFIX = 4

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

type Wake = () => void

/**
 * Frames over a libp2p stream. libp2p's own readers either queue without bound or abort a slow reader, and its
 * `onDrain` works once only: hence a reader with pause and resume, and a drain loop.
 */
export class LibpFrameStream implements FrameStream {
  private readonly unread = new Uint8ArrayList()
  private need = PREFIX
  private ended = false
  private resuming = false
  private failure: Error | undefined
  private readonly wakes = new Set<Wake>()

  constructor(
    private readonly stream: Stream,
    readonly peer: string,
  ) {
    stream.addEventListener('message', event => {
      this.unread.append(event.data)
      this.throttle()
      this.wake()
    })
    stream.addEventListener('remoteCloseWrite', () => this.end())
    stream.addEventListener('close', event => this.end(event.error))
    stream.addEventListener('drain', () => this.wake())
    if (stream.status !== 'open' || stream.remoteWriteStatus === 'closed') this.end()
  }

  async read(most: number, waitMs: number): Promise<Uint8Array | undefined> {
    const deadline = performance.now() + waitMs
    if (!(await this.have(PREFIX, deadline))) return undefined
    const prefix = this.unread.subarray(0, PREFIX)
    const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getUint32(0, true)
    if (length > most) throw this.fail(`frame of ${length} bytes, at most ${most} allowed`)
    if (!(await this.have(PREFIX + length, deadline))) throw this.fail('stream ended within a frame')
    const frame = plain(this.unread.slice(PREFIX, PREFIX + length))
    this.unread.consume(PREFIX + length)
    this.need = PREFIX
    this.throttle()
    return frame
  }

  async write(frame: Uint8Array, waitMs: number): Promise<void> {
    const deadline = performance.now() + waitMs
    const prefix = new Uint8Array(PREFIX)
    new DataView(prefix.buffer).setUint32(0, frame.length, true)
    try {
      this.stream.send(new Uint8ArrayList(prefix, frame))
    } catch (error) {
      throw this.fail(error instanceof Error ? error.message : 'stream cannot be written')
    }
    while (this.stream.writableNeedsDrain) {
      if (this.stream.status !== 'open') throw this.fail('stream closed while writing')
      await this.change(deadline)
    }
  }

  async close(): Promise<void> {
    try {
      await this.stream.close({ signal: AbortSignal.timeout(CLOSE_WAIT_MS) })
    } catch {
      this.stream.abort(new FrameError('close took too long'))
    }
  }

  abort(why: string): void {
    this.fail(why)
  }

  /** Waits for so many unread bytes; false when the stream ended cleanly before the first of them. */
  private async have(bytes: number, deadline: number): Promise<boolean> {
    this.need = bytes
    this.throttle()
    while (this.unread.byteLength < bytes) {
      if (this.failure) throw this.failure
      if (this.ended) return false
      await this.change(deadline)
    }
    return true
  }

  private change(deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.wakes.delete(done)
        resolve()
      }
      const timer = setTimeout(
        () => {
          this.wakes.delete(done)
          reject(this.fail('deadline passed'))
        },
        Math.max(0, deadline - performance.now()),
      )
      this.wakes.add(done)
    })
  }

  private get hasEnough(): boolean {
    return this.unread.byteLength >= this.need + READ_AHEAD
  }

  /**
   * `resume` hands over what piled up before it tells yamux to go on. A pause from within would thus be undone:
   * yamux would open its window again for a paused stream and abort it at 4 MiB. So nothing pauses until it returns.
   */
  private throttle(): void {
    if (this.resuming) return
    if (!this.hasEnough && this.stream.readStatus === 'paused') {
      this.resuming = true
      this.stream.resume()
      this.resuming = false
    }
    if (this.hasEnough && this.stream.readStatus === 'readable') this.stream.pause()
  }

  private end(error?: Error): void {
    this.ended = true
    this.failure ??= error
    this.wake()
  }

  private fail(why: string): Error {
    this.failure ??= new FrameError(why)
    this.stream.abort(this.failure)
    this.wake()
    return this.failure
  }

  private wake(): void {
    for (const done of [...this.wakes]) done()
  }
}
