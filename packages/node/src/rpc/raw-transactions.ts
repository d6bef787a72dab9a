import type { BlockEntry, Reject } from '@raistone/consensus'
import { outpointKey, type Sats, type Transaction, type Txid, toHex } from '@raistone/primitives'
import {
  amount,
  type Handlers,
  invalidParameter,
  type JsonObject,
  type JsonValue,
  RpcError,
  rpcCode,
  typeMismatch,
} from '@raistone/rpc'
import { isUnspendable, MAX_ITEM_SIZE, opcode, ScriptCursor } from '@raistone/script'
import { decodeTransactionHex, parseHash, requireEntry } from './arguments.js'
import type { RpcContext, RpcMempoolEntry } from './context.js'
import { type Found, findTransaction } from './find-transaction.js'
import { confirmationsOf } from './header-json.js'
import { transactionJson } from './transaction-json.js'

type RawTransactionHandlers = Pick<
  Handlers,
  'decoderawtransaction' | 'getrawtransaction' | 'sendrawtransaction' | 'testmempoolaccept'
>

/** From here on a fee rate is surely a mistake: one coin per 1,000 virtual bytes. */
const ABSURD_FEE_RATE = 100_000_000n
/** Transactions `testmempoolaccept` takes at once. */
const MAX_TESTED = 25

const undecodable = (message: string): RpcError => new RpcError(rpcCode.deserialization, message)
const NEEDS_INPUT = 'Make sure the tx has at least one input.'

function blockMembers({ chain }: RpcContext, entry: BlockEntry): JsonObject {
  if (!chain.isActive(entry)) return { blockhash: entry.hash, confirmations: 0 }
  const { time } = entry.header
  return { blockhash: entry.hash, confirmations: confirmationsOf(chain, entry), time, blocktime: time }
}

function foundJson(context: RpcContext, { tx, entry, isGiven, spent }: Found): JsonObject {
  return {
    in_active_chain: entry && isGiven ? context.chain.isActive(entry) : undefined,
    ...transactionJson(tx, context.params, spent && { coins: spent, prevouts: true }),
    hex: toHex(tx.raw),
    ...(entry ? blockMembers(context, entry) : {}),
  }
}

function checkFeeRate(rate: Sats): void {
  if (rate >= ABSURD_FEE_RATE) {
    throw invalidParameter('Fee rates larger than or equal to 1BTC/kvB are not accepted')
  }
}

/** The fee is above `rate` per 1,000 virtual bytes, rounded up; a rate of 0 has no limit. */
const paysMoreThan = (entry: RpcMempoolEntry, rate: Sats): boolean => {
  const most = (rate * BigInt(entry.vsize) + 999n) / 1000n
  return most > 0n && entry.fee > most
}

const reasonText = ({ rule, detail }: Reject): string => (detail === undefined ? rule : `${rule}, ${detail}`)

async function alreadyConfirmed({ chain }: RpcContext, tx: Transaction): Promise<boolean> {
  const keys = tx.outputs.map((_, vout) => outpointKey({ txid: tx.txid, vout }))
  const view = await chain.coins(keys)
  return keys.some(key => view.get(key) !== undefined)
}

/** Core's HasValidOps: a script with an operation that does not exist, or too long a push, is never satisfied. */
function hasValidOps(script: Uint8Array): boolean {
  const at = new ScriptCursor(script)
  while (at.advance()) if (at.op > opcode.OP_NOP10 || at.dataLength > MAX_ITEM_SIZE) return false
  return !at.broken
}

async function send(context: RpcContext, tx: Transaction, maxFeeRate: Sats, maxBurn: Sats): Promise<Txid> {
  const burnt = tx.outputs.some(
    ({ value, script }) => value > maxBurn && (isUnspendable(script) || !hasValidOps(script)),
  )
  if (burnt) {
    throw new RpcError(rpcCode.verifyError, 'Unspendable output exceeds maximum configured by user (maxburnamount)')
  }
  if (await alreadyConfirmed(context, tx)) {
    throw new RpcError(rpcCode.alreadyInUtxoSet, 'Transaction outputs already in utxo set')
  }
  if (context.mempool.get(tx.txid)) return tx.txid
  if (maxFeeRate > 0n) await refuseHighFee(context, tx, maxFeeRate)
  const answer = await context.mempool.accept(tx)
  if ('entry' in answer || context.mempool.get(tx.txid)) return tx.txid
  throw refusal(answer.reject)
}

/** A trial tells the fee, so that a slip of the pen is caught before the transaction is public. */
async function refuseHighFee({ mempool }: RpcContext, tx: Transaction, maxFeeRate: Sats): Promise<void> {
  const trial = await mempool.accept(tx, { testOnly: true })
  if ('reject' in trial || !paysMoreThan(trial.entry, maxFeeRate)) return
  throw new RpcError(rpcCode.verifyError, 'Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)')
}

const refusal = (reject: Reject): RpcError =>
  new RpcError(reject.cause === 'missing' ? rpcCode.verifyError : rpcCode.verifyRejected, reasonText(reject))

/** Satoshis per 1,000 virtual bytes, rounded down as Core's CFeeRate. */
const feeRateOf = ({ fee, vsize }: RpcMempoolEntry): Sats => (fee * 1000n) / BigInt(vsize)

const idsOf = ({ txid, wtxid }: Transaction): JsonObject => ({ txid, wtxid })
const TOO_DEAR = 'max-fee-exceeded'

async function testOne({ mempool }: RpcContext, tx: Transaction, maxFeeRate: Sats): Promise<JsonObject> {
  const ids = idsOf(tx)
  const answer = await mempool.accept(tx, { testOnly: true })
  if ('reject' in answer) {
    const { reject } = answer
    if (reject.cause === 'missing') return { ...ids, allowed: false, 'reject-reason': 'missing-inputs' }
    return { ...ids, allowed: false, 'reject-reason': reject.rule, 'reject-details': reasonText(reject) }
  }
  const { entry } = answer
  if (paysMoreThan(entry, maxFeeRate)) return { ...ids, allowed: false, 'reject-reason': TOO_DEAR }
  const fees = {
    base: amount(entry.fee),
    'effective-feerate': amount(feeRateOf(entry)),
    'effective-includes': [tx.wtxid],
  }
  return { ...ids, allowed: true, vsize: entry.vsize, fees }
}

/** After one that pays too much nothing is said of the rest, which may spend from it. */
async function testAll(context: RpcContext, txs: readonly Transaction[], maxFeeRate: Sats): Promise<JsonObject[]> {
  const answers: JsonObject[] = []
  for (const tx of txs) {
    const ended = answers.some(answer => answer['reject-reason'] === TOO_DEAR)
    answers.push(ended ? idsOf(tx) : await testOne(context, tx, maxFeeRate))
  }
  return answers
}

function decodeTested(raw: JsonValue): Transaction {
  if (typeof raw !== 'string') throw typeMismatch(raw, 'string')
  const tx = decodeTransactionHex(raw)
  if (!tx) throw undecodable(`TX decode failed: ${raw} ${NEEDS_INPUT}`)
  return tx
}

/** What can be asked about single transactions, and how one is sent. */
export function rawTransactionHandlers(context: RpcContext): RawTransactionHandlers {
  return {
    getrawtransaction: async ({ txid, verbosity, blockhash }) => {
      const id = parseHash<Txid>(txid, 'parameter 1')
      const entry =
        blockhash === undefined ? undefined : requireEntry(context, blockhash, 'parameter 3', 'Block hash not found')
      const found = await findTransaction(context, id, entry, verbosity > 1)
      return verbosity > 0 ? foundJson(context, found) : toHex(found.tx.raw)
    },
    decoderawtransaction: ({ hexstring, iswitness }) => {
      const tx = decodeTransactionHex(hexstring, iswitness)
      if (!tx) throw undecodable('TX decode failed')
      return transactionJson(tx, context.params)
    },
    sendrawtransaction: ({ hexstring, maxfeerate, maxburnamount }) => {
      checkFeeRate(maxfeerate)
      const tx = decodeTransactionHex(hexstring)
      if (!tx) throw undecodable(`TX decode failed. ${NEEDS_INPUT}`)
      return send(context, tx, maxfeerate, maxburnamount)
    },
    testmempoolaccept: async ({ rawtxs, maxfeerate }) => {
      if (rawtxs.length < 1 || rawtxs.length > MAX_TESTED) {
        throw invalidParameter(`Array must contain between 1 and ${MAX_TESTED} transactions.`)
      }
      checkFeeRate(maxfeerate)
      return testAll(context, rawtxs.map(decodeTested), maxfeerate)
    },
  }
}
