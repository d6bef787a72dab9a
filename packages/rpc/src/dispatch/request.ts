import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, RawJson } from '../json/raw-json.js'
import { RpcError, rpcCode } from '../rpc-error.js'

/** The envelope of a call. Version 1 is everything before JSON-RPC 2.0. */
export interface Request {
  readonly version: 1 | 2
  /** Undefined without one: in version 2 that is a notification, which gets no answer. */
  readonly id: JsonValue | undefined
  readonly method: string
  readonly params: JsonValue
}

const invalid = (message: string): RpcError => new RpcError(rpcCode.invalidRequest, message)

/** Version of the envelope; some old clients send the number 1.0. */
function versionOf(request: JsonObject): 1 | 2 {
  const version = request.jsonrpc
  if (version === undefined || version === null || version === '1.0' || version === '1.1' || version === 1) return 1
  if (version === '2.0') return 2
  if (version instanceof RawJson && Number(version.text) === 1) return 1
  throw invalid(typeof version === 'string' ? 'JSON-RPC version not supported' : 'jsonrpc field must be a string')
}

/** Id and version as far as they can be told, for the answer to a request that is wrong otherwise. */
export function envelope(value: JsonValue): Pick<Request, 'id' | 'version'> {
  if (!isJsonObject(value)) return { id: null, version: 1 }
  return { id: value.id, version: value.jsonrpc === '2.0' ? 2 : 1 }
}

/** Checks the envelope; throws -32600. */
export function parseRequest(value: JsonValue): Request {
  if (!isJsonObject(value)) throw invalid('Invalid Request object')
  const version = versionOf(value)
  const method = value.method
  if (method === undefined || method === null) throw invalid('Missing method')
  if (typeof method !== 'string') throw invalid('Method must be a string')
  const params = value.params ?? []
  if (!isJsonArray(params) && !isJsonObject(params)) throw invalid('Params must be an array or object')
  return { version, id: value.id, method, params }
}
