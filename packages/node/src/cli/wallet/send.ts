import { addressToScript, formatAmount, parseAmount, type Sats } from '@raistone/primitives'
import { amount as jsonAmount, writeJson } from '@raistone/rpc'
import type { FeeRate, PaymentPlan, Wallet } from '@raistone/wallet'
import { failure, usageError } from '../cli-error.js'
import { connect, type WalletContext, withWallet } from './context.js'
import { catchUp } from './look.js'
import { rpcSource } from './rpc-source.js'
import { askPassphrase } from './secrets.js'

const DEFAULT_FEE_RATE = '1'

/** Satoshis per virtual byte with up to three decimals, as satoshis per 1,000. */
function parseFeeRate(text: string): FeeRate {
  const match = /^(\d{1,6})(?:\.(\d{1,3}))?$/.exec(text)
  const rate = match && BigInt(match[1] as string) * 1000n + BigInt((match[2] ?? '').padEnd(3, '0'))
  if (!rate) throw usageError(`--fee-rate ${text}: not a number of satoshis per virtual byte above 0`)
  return rate
}

function parseRecipient(text: string, { configured: { params } }: WalletContext): Uint8Array {
  const parsed = addressToScript(text, params.address)
  if ('error' in parsed)
    throw usageError(`${text} is not an address of ${params.name} (${params.address.hrp}1…): ${parsed.error}`)
  return parsed.script
}

function parseCoins(text: string): Sats {
  const sats = parseAmount(text)
  if (sats === undefined) {
    const decimals = /^\d+\.(\d{9,})$/.exec(text)?.[1]?.length
    throw usageError(
      decimals
        ? `amount ${text} has ${decimals} decimals: a coin has 8`
        : `amount ${text} is not a number of coins such as 0.5`,
    )
  }
  if (sats === 0n) throw usageError('the amount is zero')
  return sats
}

/** What is about to happen, for a person to agree to. */
function describe(plan: PaymentPlan, recipient: string, feeRate: FeeRate, ticker: string): string[] {
  const row = (label: string, sats: Sats, more = ''): string =>
    `${label.padEnd(8)} ${formatAmount(sats).padStart(18)} ${ticker}${more}`
  return [
    row('pay', plan.amount, `  to ${recipient}`),
    ...plan.inputs.map(({ value, outpoint }) => row('input', value, `  ${outpoint.txid}:${outpoint.vout}`)),
    ...(plan.change === undefined ? [] : [row('change', plan.change)]),
    row('fee', plan.fee, `  ${Number(feeRate) / 1000} sat/vB`),
  ]
}

async function agree({ io, configured }: WalletContext): Promise<void> {
  if (configured.settings.flag('yes')) return
  const answer = await io.ask('Send? [y/N] ', '--yes')
  if (!/^y(es)?$/i.test(answer.trim())) throw failure('nothing was sent')
}

async function pay(context: WalletContext, wallet: Wallet, recipient: string, coins: string): Promise<void> {
  const { io, configured, json } = context
  const script = parseRecipient(recipient, context)
  const amount = parseCoins(coins)
  const feeRate = parseFeeRate(configured.settings.text('fee-rate') ?? DEFAULT_FEE_RATE)
  await catchUp(context, wallet)
  const plan = wallet.plan({ script, amount, feeRate })
  // Where nobody is asked, what a program reads on standard error is errors only.
  if (!json || !configured.settings.flag('yes'))
    for (const line of describe(plan, recipient, feeRate, configured.params.ticker)) io.note(line)
  await agree(context)
  const passphrase = wallet.isUnprotected ? '' : await askPassphrase(configured.settings, io)
  const payment = await wallet.sign(plan, passphrase)
  const txid = await wallet.send(payment, rpcSource(connect(context)))
  io.out(json ? writeJson({ txid, fee: jsonAmount(plan.fee) }) : txid)
}

/** `wallet send ADDRESS AMOUNT`. */
export async function send(context: WalletContext): Promise<void> {
  const [recipient, coins, ...more] = context.operands
  if (recipient === undefined || coins === undefined || more.length > 0)
    throw usageError('raistone wallet send takes ADDRESS and AMOUNT')
  // Before anything is opened or asked: what cannot be right whatever the wallet holds.
  parseRecipient(recipient, context)
  parseCoins(coins)
  if (!context.io.interactive && !context.configured.settings.flag('yes'))
    throw usageError('no terminal to ask on: give --yes to send without asking')
  await withWallet(context, wallet => pay(context, wallet, recipient, coins))
}
