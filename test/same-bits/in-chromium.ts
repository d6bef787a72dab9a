import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Bundle, ENTRY } from './bundle.js'
import { Chromium } from './chromium.js'
import type { Asked } from './in-node.js'
import type { Report } from './report.js'

/** A browser that has not answered by then is ended. */
const DEADLINE_MS = 100_000

type Answer = { readonly report: Report } | { readonly error: string }

/** The picture is not answered before the report has come: until then the page is not loaded, and the browser stays. */
const pageOf = (
  seed: number,
  part: number,
): string => `<!doctype html><meta charset="utf-8"><title>The same bits</title>
<img src="/held" alt="">
<script type="module">
const told = answer => fetch('/answer', { method: 'POST', body: JSON.stringify(answer) })
addEventListener('error', ({ message }) => told({ error: message }))
import('/${ENTRY}').then(({ compute }) => compute(${seed}, ${part})).then(
  report => told({ report }),
  error => told({ error: String(error?.stack ?? error) }),
)
</script>`

/** Serves the page and the bundle to one browser, and waits for what it answers. */
class Page {
  private readonly server: Server
  private readonly held: ServerResponse[] = []
  private tell: (answer: Answer) => void = () => {}
  readonly answer = new Promise<Answer>(resolve => {
    this.tell = resolve
  })

  constructor(
    private readonly html: string,
    private readonly bundle: Bundle,
  ) {
    this.server = createServer((request, response) => this.serve(request, response))
  }

  /** Its address on loopback. */
  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise(resolve => this.server.close(resolve))
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const send = (type: string, body: string): unknown => response.writeHead(200, { 'content-type': type }).end(body)
    const module = this.bundle.get(request.url?.slice(1) ?? '')
    if (module !== undefined) send('text/javascript; charset=utf-8', module)
    else if (request.url === '/') send('text/html; charset=utf-8', this.html)
    else if (request.url === '/held') this.held.push(response)
    else if (request.url === '/answer') void this.take(request, response)
    else response.writeHead(404).end()
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tell(JSON.parse(await text(request)) as Answer)
    response.end()
    for (const held of this.held) held.writeHead(404).end()
  }
}

export interface Browser {
  readonly executable: string
  readonly flags: readonly string[]
}

/** The report of a page of a new browser, which writes into `folder` only. */
export async function computeInChromium(
  { bundle, seed, part }: Asked,
  folder: string,
  { executable, flags }: Browser,
): Promise<Report> {
  const page = new Page(pageOf(seed, part), bundle)
  const browser = new Chromium(executable, await page.listen(), join(folder, 'chromium'), flags)
  let how = 'ended without an answer'
  const late = setTimeout(() => {
    how = `did not answer within ${DEADLINE_MS / 1000} seconds`
    browser.kill()
  }, DEADLINE_MS)
  const gone = browser.ended.then(said => ({ error: `${executable} ${how}; its last words:\n${said}` }))
  try {
    const answer = await Promise.race([page.answer, gone])
    if ('error' in answer) throw new Error(`in Chromium: ${answer.error}`)
    return answer.report
  } finally {
    await browser.ended.finally(() => clearTimeout(late)).finally(() => page.close())
  }
}
