export { createAllowList } from './allow-list.js'
export { parseRpcAuth, type RpcCredential } from './credentials.js'
export { type RpcLimits, rpcLimits } from './limits.js'
export { createRpcServer, RpcServer, type RpcServerOptions } from './rpc-server.js'
