import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, type Caller, Dispatcher, type Handlers } from '../dispatch/dispatcher.js'
import { createAllowList } from './allow-list.js'
import { authenticate, type RpcCredential } from './credentials.js'
import { type RpcLimits, rpcLimits } from './limits.js'
import { BodyReader, type BodyRefusal } from './read-body.js'
import { WorkQueue } from './work-queue.js'

export interface RpcServerOptions {
  readonly handlers: Partial<Handlers>
  readonly credentials: readonly RpcCredential[]
  /** Where to listen; port 0 is any free one. */
  readonly bind: readonly { readonly host: string; readonly port: number }[]
  /** Who may ask besides this machine: IP, IP/BITS, IP/NETMASK. */
  readonly allowIps?: readonly string[]
  readonly limits?: Partial<RpcLimits>
  /** Told of errors in handlers that are bugs. */
  readonly onBug?: (method: string, error: unknown) => void
  /** Told of each wrong password, with the address it came from. */
  readonly onWrongPassword?: (address: string) => void
}

const refusals: Readonly<Record<BodyRefusal, readonly [status: number, text: string]>> = {
  'too large': [413, 'Request body too large'],
  busy: [503, 'Work queue depth exceeded'],
  aborted: [400, 'Incomplete request'],
}

/** JSON-RPC over HTTP as Core serves it: POST to `/` or `/wallet/<name>`, basic authentication, batches. */
export class RpcServer {
  readonly name = 'rpc'
  private readonly dispatcher: Dispatcher
  private readonly limits: RpcLimits
  private readonly allowed: (address: string) => boolean
  private readonly queue: WorkQueue
  private readonly bodies: BodyReader
  private readonly servers: Server[] = []
  private delayed = 0
  private stopping = false

  constructor(private readonly options: RpcServerOptions) {
    this.limits = { ...rpcLimits, ...options.limits }
    this.dispatcher = new Dispatcher(options.handlers, options.onBug ? { onBug: options.onBug } : {})
    this.allowed = createAllowList(options.allowIps ?? [])
    this.queue = new WorkQueue(this.limits.atOnce, this.limits.queueDepth)
    this.bodies = new BodyReader(this.limits.bodyBytes, this.limits.bodyBytesTogether)
  }

  /** While there is a message, every call is answered with it and -28. */
  setWarmup(message: string | undefined): void {
    this.dispatcher.setWarmup(message)
  }

  /** Where it listens, with the ports really taken. */
  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.servers.map(server => {
      const { address, port } = server.address() as AddressInfo
      return { host: address, port }
    })
  }

  /** Rejects with the system's error, EADDRINUSE for one, and then listens nowhere. */
  async start(): Promise<void> {
    try {
      for (const { host, port } of this.options.bind) await this.listen(host, port)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Lets calls under way finish for a moment, then closes every connection. */
  async stop(): Promise<void> {
    this.stopping = true
    const servers = this.servers.splice(0)
    const closed = servers.map(server => new Promise<void>(resolve => server.close(() => resolve())))
    for (const server of servers) server.closeIdleConnections()
    const timer = setTimeout(() => {
      for (const server of servers) server.closeAllConnections()
    }, this.limits.stopMs)
    await Promise.all(closed)
    clearTimeout(timer)
  }

  private async listen(host: string, port: number): Promise<void> {
    const server = createServer(
      {
        maxHeaderSize: this.limits.headerBytes,
        headersTimeout: this.limits.headersMs,
        requestTimeout: this.limits.requestMs,
        keepAliveTimeout: this.limits.idleMs,
        connectionsCheckingInterval: this.limits.checkMs,
      },
      (request, response) => {
        this.serve(request, response).catch(error => {
          this.options.onBug?.('http', error)
          response.destroy()
        })
      },
    )
    server.maxConnections = this.limits.connections
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, resolve)
    })
    server.on('error', error => this.options.onBug?.('http', error))
    this.servers.push(server)
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => {})
    response.on('error', () => {})
    const address = request.socket.remoteAddress ?? ''
    if (!this.allowed(address)) return this.refuse(request, response, 403, 'Forbidden')
    const wallet = walletOf(request.url ?? '')
    if (wallet === null) return this.refuse(request, response, 404, 'Not found')
    if (request.method !== 'POST') {
      return this.refuse(request, response, 405, 'JSONRPC server handles only POST requests', { allow: 'POST' })
    }
    const header = request.headers.authorization
    const user = header === undefined ? undefined : authenticate(header, this.options.credentials)
    if (user === undefined) return this.unauthorised(request, response, header !== undefined)
    const caller: Caller = wallet === undefined ? { user } : { user, wallet }
    const answer = await this.bodies.read(request, text => this.work(text, caller))
    if (typeof answer !== 'object') return this.refuse(request, response, ...refusals[answer])
    this.send(response, answer)
  }

  private async work(text: string, caller: Caller): Promise<Answer | 'busy'> {
    return (await this.queue.run(() => this.dispatcher.answer(text, caller))) ?? 'busy'
  }

  private send(response: ServerResponse, { status, text }: Answer): void {
    if (this.stopping) response.setHeader('connection', 'close')
    if (text === undefined) {
      response.writeHead(status).end()
      return
    }
    const body = Buffer.from(`${text}\n`, 'utf8')
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  }

  /** A wrong password costs a pause, so that guessing is slow; when too many pause already the connection is cut. */
  private async unauthorised(request: IncomingMessage, response: ServerResponse, wrong: boolean): Promise<void> {
    if (wrong) {
      this.options.onWrongPassword?.(request.socket.remoteAddress ?? '')
      if (this.delayed >= this.limits.delayedAtOnce) {
        request.socket.destroy()
        return
      }
      this.delayed++
      await new Promise(resolve => setTimeout(resolve, this.limits.wrongPasswordMs))
      this.delayed--
    }
    this.refuse(request, response, 401, '', { 'www-authenticate': 'Basic realm="jsonrpc"' })
  }

  /** Answers before the body has been read. What still comes of it is thrown away, for a moment. */
  private refuse(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    text: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const type = text === '' ? {} : { 'content-type': 'text/plain' }
    const unread = !request.complete
    const close = unread ? { connection: 'close' } : {}
    response.writeHead(status, { ...type, ...headers, ...close, 'content-length': Buffer.byteLength(text) }).end(text)
    if (!unread) return
    request.resume()
    setTimeout(() => request.complete || request.socket.destroy(), this.limits.drainMs).unref()
  }
}

/** The wallet's name in the path, undefined at the root, null for a path we do not serve. */
function walletOf(url: string): string | undefined | null {
  const path = url.split('?', 1)[0] ?? ''
  if (path === '/' || path === '') return undefined
  if (!path.startsWith('/wallet/')) return null
  try {
    return decodeURIComponent(path.slice('/wallet/'.length))
  } catch {
    return null
  }
}

export const createRpcServer = (options: RpcServerOptions): RpcServer => new RpcServer(options)
