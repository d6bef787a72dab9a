import { parseJson } from '../json/parse-json.js'
import { isJsonArray, isJsonObject, type JsonValue } from '../json/raw-json.js'
import { writeJson } from '../json/write-json.js'
import type { Method } from '../methods/method.js'
import { findMethod, type MethodArgs, type MethodName } from '../methods/table.js'
import { RpcError, rpcCode } from '../rpc-error.js'
import { checkArguments } from './check-arguments.js'
import { methodHelp, overview } from './help.js'
import { envelope, parseRequest, type Request } from './request.js'

/** Who calls, and by which path. */
export interface Caller {
  readonly user: string
  /** Set for calls to `/wallet/<name>`; only methods about a wallet look at it, as in Core. */
  readonly wallet?: string
}

type Result = JsonValue | undefined

/** What a node brings: a function for each method but `help`, which the table answers. */
export type Handlers = {
  readonly [N in Exclude<MethodName, 'help'>]: (args: MethodArgs<N>, caller: Caller) => Result | Promise<Result>
}

/** An answer with the HTTP status Core gives it; no text for notifications. */
export interface Answer {
  readonly status: number
  readonly text?: string
}

export interface DispatcherOptions {
  /** Told of errors that are no RpcError: bugs. */
  readonly onBug?: (method: string, error: unknown) => void
  /** Characters a batch's answers may have together. */
  readonly maxBatchAnswer?: number
}

const MAX_BATCH_ANSWER = 256 * 1024 * 1024
/** Members of a batch are served for this long before others get their turn. */
const SLICE_MS = 8

type AnyHandler = (args: unknown, caller: Caller) => Result | Promise<Result>

const statusOf = (code: number): number => {
  if (code === rpcCode.invalidRequest) return 400
  return code === rpcCode.methodNotFound ? 404 : 500
}

const othersTurn = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 0))

/** Turns request texts into answer texts, whatever carries them. */
export class Dispatcher {
  private warmup: string | undefined
  private readonly handlers: ReadonlyMap<string, AnyHandler>

  constructor(
    handlers: Partial<Handlers>,
    private readonly options: DispatcherOptions = {},
  ) {
    this.handlers = new Map([
      ...(Object.entries(handlers) as [string, AnyHandler][]),
      ['help', args => this.help((args as MethodArgs<'help'>).command)],
    ])
  }

  /** While there is a message, every call is refused with it (-28). */
  setWarmup(message: string | undefined): void {
    this.warmup = message
  }

  async answer(text: string, caller: Caller): Promise<Answer> {
    let body: JsonValue
    try {
      body = parseJson(text)
    } catch {
      return this.refusal(null, 1, new RpcError(rpcCode.parse, 'Parse error'))
    }
    if (isJsonArray(body)) return this.batch(body, caller)
    if (isJsonObject(body)) return this.single(body, caller)
    return this.refusal(null, 1, new RpcError(rpcCode.parse, 'Top-level object parse error'))
  }

  /** Calls one method with its arguments as a list or by name; throws an RpcError. */
  async call(name: string, params: JsonValue, caller: Caller): Promise<Result> {
    if (this.warmup !== undefined) throw new RpcError(rpcCode.inWarmup, this.warmup)
    const handler = this.handlers.get(name)
    const method = findMethod(name)
    if (!handler || !method) throw new RpcError(rpcCode.methodNotFound, 'Method not found')
    try {
      return await handler(checkArguments(method, params), caller)
    } catch (error) {
      if (error instanceof RpcError) throw error
      this.options.onBug?.(name, error)
      throw new RpcError(rpcCode.internal, `Internal error: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  private async single(body: JsonValue, caller: Caller): Promise<Answer> {
    try {
      const request = parseRequest(body)
      const result = await this.call(request.method, request.params, caller)
      if (isNotification(request)) return { status: 204 }
      return { status: 200, text: success(request, result) }
    } catch (error) {
      const { id, version } = envelope(body)
      if (version === 2 && id === undefined && !isEnvelopeError(error)) return { status: 204 }
      return this.refusal(id, version, error as RpcError)
    }
  }

  private async batch(members: readonly JsonValue[], caller: Caller): Promise<Answer> {
    const most = this.options.maxBatchAnswer ?? MAX_BATCH_ANSWER
    const texts: string[] = []
    let length = 0
    let sliceEnd = performance.now() + SLICE_MS
    for (const member of members) {
      if (performance.now() > sliceEnd) {
        await othersTurn()
        sliceEnd = performance.now() + SLICE_MS
      }
      const { text } = length > most ? this.tooMuch(member) : await this.single(member, caller)
      if (text === undefined) continue
      texts.push(text)
      length += text.length
    }
    if (texts.length === 0 && members.length > 0) return { status: 204 }
    return { status: 200, text: `[${texts.join(',')}]` }
  }

  private tooMuch(member: JsonValue): Answer {
    const { id, version } = envelope(member)
    return this.refusal(id, version, new RpcError(rpcCode.internal, 'The answers to this batch are too long'))
  }

  /** In version 2 the HTTP status is 200 whatever the error, unless the envelope is wrong (-32600). */
  private refusal(id: JsonValue | undefined, version: 1 | 2, { code, message }: RpcError): Answer {
    const error = { code, message }
    const text = writeJson(version === 2 ? { jsonrpc: '2.0', error, id } : { result: null, error, id })
    return { status: version === 2 && code !== rpcCode.invalidRequest ? 200 : statusOf(code), text }
  }

  private help(command: string | undefined): string {
    if (!command) return overview(this.methods())
    const method = this.handlers.has(command) ? findMethod(command) : undefined
    return method ? methodHelp(method).trimEnd() : `help: unknown command: ${command}`
  }

  private *methods(): Generator<Method> {
    for (const name of this.handlers.keys()) {
      const method = findMethod(name)
      if (method) yield method
    }
  }
}

const isNotification = (request: Request): boolean => request.version === 2 && request.id === undefined

const isEnvelopeError = (error: unknown): boolean => error instanceof RpcError && error.code === rpcCode.invalidRequest

const success = ({ version, id }: Request, result: Result): string =>
  writeJson(
    version === 2 ? { jsonrpc: '2.0', result: result ?? null, id } : { result: result ?? null, error: null, id },
  )
