import { formatAmount } from '@raistone/primitives'
import { amount, writeJson } from '@raistone/rpc'
import { type AccountKind, accountKinds, type HistoryEntry, type Wallet } from '@raistone/wallet'
import { listWallets } from '@raistone/wallet/file'
import { usageError } from '../cli-error.js'
import { connect, type WalletContext, withWallet } from './context.js'
import { rpcSource } from './rpc-source.js'

/** `wallet list`: names, one a line. */
export async function list({ directory, io, json }: WalletContext): Promise<void> {
  const names = await listWallets(directory.wallets)
  if (json) io.out(writeJson(names))
  else for (const name of names) io.out(name)
}

function kindOf({ configured }: WalletContext): AccountKind {
  const text = configured.settings.text('type') ?? 'tr'
  const aliases: Readonly<Record<string, AccountKind>> = { tr: 'tr', wpkh: 'wpkh', bech32m: 'tr', bech32: 'wpkh' }
  const kind = Object.hasOwn(aliases, text) ? aliases[text] : undefined
  if (!kind) throw usageError(`--type ${text}: not one of ${accountKinds.join(', ')}`)
  return kind
}

/** `wallet address`: one that was never given out. */
export async function address(context: WalletContext): Promise<void> {
  const kind = kindOf(context)
  const fresh = await withWallet(context, wallet => wallet.newAddress(kind))
  context.io.out(context.json ? writeJson({ address: fresh }) : fresh)
}

/** Brings the wallet up to what the node knows. */
export const catchUp = (context: WalletContext, wallet: Wallet): Promise<void> =>
  wallet.sync(rpcSource(connect(context)))

/** `wallet balance`. */
export async function balance(context: WalletContext): Promise<void> {
  const { io, json, configured } = context
  const { trusted, untrustedPending, immature } = await withWallet(context, async wallet => {
    await catchUp(context, wallet)
    return wallet.balance()
  })
  if (json) {
    io.out(
      writeJson({ trusted: amount(trusted), untrusted_pending: amount(untrustedPending), immature: amount(immature) }),
    )
    return
  }
  const { ticker } = configured.params
  const rows = [
    ['spendable', trusted],
    ['pending', untrustedPending],
    ['immature', immature],
  ] as const
  for (const [label, sats] of rows) io.out(`${label.padEnd(10)} ${formatAmount(sats).padStart(18)} ${ticker}`)
}

const jsonOf = (entry: HistoryEntry): object => ({
  txid: entry.txid,
  category: entry.category,
  amount: amount(entry.amount),
  fee: entry.fee === undefined ? undefined : amount(-entry.fee),
  confirmations: entry.confirmations,
  blockheight: entry.height,
  time: entry.timeSec,
})

const lineOf = ({ category, amount: sats, height, timeSec, txid }: HistoryEntry): string =>
  [
    new Date(timeSec * 1000).toISOString().slice(0, 19).replace('T', ' '),
    (height === undefined ? 'waiting' : String(height)).padStart(8),
    category.padEnd(8),
    formatAmount(sats).padStart(18),
    txid,
  ].join('  ')

/** `wallet history`: newest first. */
export async function history(context: WalletContext): Promise<void> {
  const { io, json } = context
  const entries = await withWallet(context, async wallet => {
    await catchUp(context, wallet)
    return wallet.history()
  })
  if (json) io.out(writeJson(entries.map(jsonOf) as never, 2))
  else for (const entry of entries) io.out(lineOf(entry))
}
