import { createRpcClient, HttpError, type RpcClient, RpcError, UnreachableError } from '@raistone/rpc'
import { Wallet, WalletError, type WalletErrorCode, type WalletStore } from '@raistone/wallet'
import { openWalletFile } from '@raistone/wallet/file'
import type { Configured } from '../../config/settings.js'
import { type DataDirectory, dataDirectory } from '../../data-directory.js'
import { CliError, exitCode, failure } from '../cli-error.js'
import type { Io } from '../io.js'
import { locateRpc } from '../rpc-location.js'

/** Everything an action needs. */
export interface WalletContext {
  readonly configured: Configured
  readonly directory: DataDirectory
  readonly io: Io
  /** Name of the wallet. */
  readonly name: string
  readonly operands: readonly string[]
  readonly json: boolean
}

export const walletContext = (configured: Configured, operands: readonly string[], io: Io): WalletContext => ({
  configured,
  directory: dataDirectory(configured.directory),
  io,
  name: configured.settings.text('wallet') ?? 'default',
  operands,
  json: configured.settings.flag('json'),
})

const exitCodes: Partial<Record<WalletErrorCode, number>> = { passphrase: exitCode.passphrase, funds: exitCode.funds }

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'path' in error

/** What libraries throw, as one line and an exit code. */
export function asCliError(error: unknown, name: string): unknown {
  if (error instanceof WalletError) {
    const ofFile = error.code === 'damaged' || error.code === 'other-chain'
    return new CliError(
      exitCodes[error.code] ?? exitCode.failed,
      ofFile ? `wallet ${name} ${error.message}` : error.message,
    )
  }
  if (error instanceof UnreachableError) return new CliError(exitCode.unreachable, `${error.message}; is it running?`)
  if (error instanceof HttpError && error.status === 401)
    return failure('the node refuses the RPC password (see --rpccookiefile, RAISTONE_RPC_PASSWORD)')
  if (error instanceof HttpError) return failure(`the node answers: ${error.message}`)
  if (error instanceof RpcError) return failure(`the node refuses: ${error.message}`)
  if (isFileError(error)) return failure(`wallet ${name} cannot be read or written: ${error.message}`)
  return error
}

export function connect({ configured, io }: WalletContext): RpcClient {
  const { url, auth } = locateRpc(configured, io)
  return createRpcClient({ url, authorization: auth })
}

/** Runs with the wallet open, and closes it whatever happens. */
export async function withWallet<T>(context: WalletContext, use: (wallet: Wallet) => Promise<T>): Promise<T> {
  const store: WalletStore = await openWalletFile(context.directory.wallets, context.name)
  try {
    return await use(await Wallet.open(store, context.configured.params))
  } finally {
    await store.close()
  }
}
