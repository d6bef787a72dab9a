import { memberTexts } from '../json/parse-json.js'
import type { JsonValue } from '../json/raw-json.js'
import { writeJson } from '../json/write-json.js'
import { RpcError } from '../rpc-error.js'

/** Nobody answers at the address, or what answers is no JSON-RPC server. */
export class UnreachableError extends Error {
  constructor(
    readonly url: string,
    reason: string,
  ) {
    super(`no node answers at ${url}: ${reason}`)
    this.name = 'UnreachableError'
  }
}

/** An HTTP status without a JSON-RPC answer: 401 is a wrong password, 403 a forbidden address, 503 an overload. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
    this.name = 'HttpError'
  }
}

export interface RpcClientOptions {
  /** `http://host:port/`, without name and password. */
  readonly url: string
  readonly authorization?: { readonly user: string; readonly password: string }
  /** Per call; none is for ever. */
  readonly timeoutMs?: number
  readonly fetch?: typeof fetch
}

/** Arguments in order, or by name. */
export type RpcParams = readonly JsonValue[] | Readonly<Record<string, JsonValue>>

export interface RpcClient {
  /** The result, its numbers as doubles. Throws RpcError, UnreachableError or HttpError. */
  call<T = unknown>(method: string, params?: RpcParams): Promise<T>
  /** The result as the JSON text the server sent, amounts digit for digit. */
  callRaw(method: string, params?: RpcParams): Promise<string>
}

const explanations: Readonly<Record<number, string>> = {
  401: 'wrong user or password',
  403: 'this address may not ask the node',
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown; message?: unknown } }).cause
  const code = cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : error)
  return String(code)
}

/** Members of the answer as texts; undefined if it is no JSON-RPC answer. */
function answerMembers(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const members = memberTexts(text)
    return members.has('result') || members.has('error') ? members : undefined
  } catch {
    return undefined
  }
}

/** Asks a node by JSON-RPC. Works wherever there is `fetch`. */
export function createRpcClient(options: RpcClientOptions): RpcClient {
  const ask = options.fetch ?? fetch
  let id = 0

  const post = async (body: string): Promise<{ status: number; text: string }> => {
    const { user, password } = options.authorization ?? {}
    const authorization: Record<string, string> =
      user === undefined ? {} : { authorization: `Basic ${base64(`${user}:${password}`)}` }
    const signal = options.timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(options.timeoutMs) }
    try {
      const headers = { 'content-type': 'application/json', ...authorization }
      const response = await ask(options.url, { method: 'POST', headers, body, ...signal })
      return { status: response.status, text: await response.text() }
    } catch (error) {
      throw new UnreachableError(options.url, reasonOf(error))
    }
  }

  const callRaw = async (method: string, params: RpcParams = []): Promise<string> => {
    const { status, text } = await post(writeJson({ jsonrpc: '1.0', id: ++id, method, params }))
    const members = answerMembers(text)
    if (!members) {
      if (status === 200) throw new UnreachableError(options.url, 'what answers is no JSON-RPC server')
      throw new HttpError(status, explanations[status] ?? (text.trim().slice(0, 200) || `HTTP status ${status}`))
    }
    const errorText = members.get('error') ?? 'null'
    if (errorText !== 'null') {
      const { code, message } = JSON.parse(errorText) as { code?: number; message?: string }
      throw new RpcError(code ?? 0, message ?? errorText)
    }
    return members.get('result') ?? 'null'
  }

  return {
    callRaw,
    call: async <T>(method: string, params?: RpcParams) => JSON.parse(await callRaw(method, params)) as T,
  }
}
