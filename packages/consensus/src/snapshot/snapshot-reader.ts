import {
  compareBytes,
  DecodeError,
  equalBytes,
  fromHex,
  type Height,
  outpointKey,
  type Txid,
  toDisplayHex,
  toHex,
} from '@raistone/primitives'
import { isUnspendable } from '@raistone/script'
import type { Coin } from '../coin.js'
import type { ChainParams } from '../params/chain-params.js'
import type { CoinAt } from '../store/coin-store.js'
import { ByteWindow } from './byte-window.js'
import { decompressAmount } from './compressed-amount.js'
import { readCompressedScript } from './compressed-script.js'
import { SnapshotError } from './snapshot-error.js'
import { compareVouts, FILE_MAGIC, FILE_VERSION, HEAD_BYTES, type SnapshotHead, snapshotHead } from './snapshot-file.js'
import { readVarint } from './varint.js'

/** More than a coin takes, with what may stand before it. */
const MOST_COIN_BYTES = 10_240
/** Coins that are handed over together: few, for a key that is made again from its x takes a while. */
const STEP = 100

export type SnapshotRules = Pick<ChainParams, 'magic' | 'money'>

/** What a DecodeError or a SnapshotError says, as one of the latter; what else was thrown as it is. */
function refusal(error: unknown, where: string): unknown {
  return error instanceof DecodeError ? new SnapshotError(`${where}: ${error.what}`) : error
}

function checkHead({ magic, version, network }: SnapshotHead, rules: SnapshotRules): void {
  if (!equalBytes(magic, FILE_MAGIC))
    throw new SnapshotError(
      'Invalid UTXO set snapshot magic bytes. Please check if this is indeed a snapshot file or if you are using an outdated snapshot format.',
    )
  if (version !== FILE_VERSION)
    throw new SnapshotError(`Version of snapshot ${version} does not match any of the supported versions.`)
  if (!equalBytes(network, fromHex(rules.magic)))
    throw new SnapshotError(
      `The network of the snapshot (${toHex(network)}) does not match the network of this node (${rules.magic}).`,
    )
}

/**
 * Reads a file of coins and believes nothing: order, counts, heights, amounts, scripts, and that it ends where it says.
 * What is wrong is thrown as a SnapshotError. Whether these are the coins of the block, only their hash can tell.
 */
export class SnapshotReader {
  private read = 0

  private constructor(
    readonly head: SnapshotHead,
    private readonly window: ByteWindow,
    private readonly rules: SnapshotRules,
  ) {}

  /** Throws a SnapshotError. */
  static async open(source: AsyncIterable<Uint8Array>, rules: SnapshotRules): Promise<SnapshotReader> {
    const window = new ByteWindow(source)
    try {
      await window.fill(HEAD_BYTES)
      const head = snapshotHead.read(window.reader)
      checkHead(head, rules)
      return new SnapshotReader(head, window, rules)
    } catch (error) {
      await window.close()
      throw refusal(error, 'the head of the snapshot')
    }
  }

  close(): Promise<void> {
    return this.window.close()
  }

  /** All coins, some at a time, in the order of the file. To be asked for once; throws a SnapshotError. */
  async *coins(baseHeight: Height): AsyncGenerator<CoinAt[]> {
    try {
      yield* this.steps(baseHeight)
    } catch (error) {
      throw refusal(error, `Bad snapshot format or truncated snapshot after deserializing ${this.read} coins`)
    }
  }

  private bad(why: string): SnapshotError {
    return new SnapshotError(`Bad snapshot data after deserializing ${this.read} coins - ${why}`)
  }

  private async *steps(baseHeight: Height): AsyncGenerator<CoinAt[]> {
    const { window } = this
    let step: CoinAt[] = []
    let last: Uint8Array | undefined
    for (let left = this.head.coins; left > 0n; ) {
      await window.fill(MOST_COIN_BYTES)
      const txid = Uint8Array.from(window.reader.raw(32))
      if (last && compareBytes(txid, last) <= 0) throw this.bad('transactions out of order')
      last = txid
      const count = window.reader.compactSize()
      if (count === 0) throw this.bad('a transaction without coins')
      if (BigInt(count) > left) throw this.bad('more coins than the metadata say')
      const id = toDisplayHex(txid) as Txid
      let lastVout = -1
      for (let i = 0; i < count; i++) {
        await window.fill(MOST_COIN_BYTES)
        const vout = window.reader.compactSize()
        if (lastVout >= 0 && compareVouts(vout, lastVout) <= 0) throw this.bad('outputs out of order')
        lastVout = vout
        step.push([outpointKey({ txid: id, vout }), this.coin(baseHeight)])
        this.read++
        if (step.length === STEP) {
          yield step
          step = []
        }
      }
      left -= BigInt(count)
    }
    await window.fill(1)
    if (window.reader.remaining > 0)
      throw new SnapshotError(`Bad snapshot - coins left over after deserializing ${this.read} coins.`)
    if (step.length > 0) yield step
  }

  private coin(baseHeight: Height): Coin {
    const { reader } = this.window
    const code = readVarint(reader)
    const height = code >> 1n
    if (height > BigInt(baseHeight)) throw this.bad(`a coin of height ${height}, above the base block`)
    const value = decompressAmount(readVarint(reader))
    if (value > this.rules.money.maxMoney) throw this.bad('bad tx out value')
    const script = readCompressedScript(reader)
    if (isUnspendable(script)) throw this.bad('an output that nobody can spend')
    return { value, script, height: Number(height), coinbase: (code & 1n) === 1n }
  }
}
