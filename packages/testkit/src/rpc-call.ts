/** Where a JSON-RPC answers, and `user:password` for it. */
export interface RpcAccess {
  readonly url: string
  readonly credentials: string
}

/** An error object that a JSON-RPC answered with. */
export class RpcCallError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly method: string,
  ) {
    super(`${method}: ${message} (${code})`)
    this.name = 'RpcCallError'
  }
}

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string } | null
}

const CALL_DEADLINE_MS = 120_000

/** One JSON-RPC call by HTTP POST, with nothing between the test and the wire. */
export async function callRpc<T>(
  { url, credentials }: RpcAccess,
  method: string,
  params: readonly unknown[],
): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(credentials)}`, 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ jsonrpc: '1.0', id: 'test', method, params }),
    signal: AbortSignal.timeout(CALL_DEADLINE_MS),
  })
  const text = await response.text()
  let answer: Answer
  try {
    answer = JSON.parse(text) as Answer
  } catch {
    throw new Error(`${method}: HTTP ${response.status} ${text}`)
  }
  if (answer.error) throw new RpcCallError(answer.error.code, answer.error.message, method)
  return answer.result as T
}
