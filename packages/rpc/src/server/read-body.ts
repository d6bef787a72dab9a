import type { IncomingMessage } from 'node:http'

/** Why a request's body was not read. */
export type BodyRefusal = 'too large' | 'busy' | 'aborted'

/** Reads request bodies, bounding each and all that are held at once. */
export class BodyReader {
  private held = 0

  constructor(
    private readonly most: number,
    private readonly mostTogether: number,
  ) {}

  /** The bytes count as held until the promise `use` returns has settled. A refused request can still be answered. */
  async read<T>(request: IncomingMessage, use: (text: string) => Promise<T>): Promise<T | BodyRefusal> {
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > this.most) return 'too large'
    let length = 0
    try {
      const chunks: Uint8Array[] = []
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
        length += chunk.length
        this.held += chunk.length
        if (length > this.most) return 'too large'
        if (this.held > this.mostTogether) return 'busy'
        chunks.push(chunk)
      }
      return await use(Buffer.concat(chunks).toString('utf8'))
    } catch (error) {
      if (request.complete) throw error
      return 'aborted'
    } finally {
      this.held -= length
    }
  }
}
