import { readFileSync } from 'node:fs'
import { configFromWords, type RunningNode, silentLog, startNode } from '@raistone/node'
import { scriptToAddress, type Transaction, toHex } from '@raistone/primitives'
import { BlockBuilder, entryParent, type OwnedCoin, ownedCoin, spend, testKey } from '@raistone/testkit'
import { ask } from './ask.js'

const BLOCKS_A_ROUND = 3
const DEEPEST = 6
const FEE = 1000n

const owner = testKey(0)

/** A node in this process that lives through blocks, reorganisations and restarts, used over its RPC as by anybody. */
export class Life {
  private node: RunningNode | undefined
  private coins: OwnedCoin[] = []
  blocks = 0
  reorganisations = 0
  restarts = 0

  constructor(
    private readonly datadir: string,
    private readonly random: () => number,
    /** Chains of payments that go on side by side. */
    private readonly payments: number,
  ) {}

  get running(): RunningNode {
    if (!this.node) throw new Error('the node is not running')
    return this.node
  }

  private rpc<T>(method: string, ...params: readonly unknown[]): Promise<T> {
    const { rpcUrl, cookieFile } = this.running
    const cookie = readFileSync(cookieFile as string, 'utf8').trim()
    return ask(rpcUrl as string, cookie, method, params) as Promise<T>
  }

  async start(): Promise<void> {
    const words = ['--chain=regtest', `--datadir=${this.datadir}`, '--port=0', '--rpcport=0', '--par=1', '--dbcache=16']
    this.node = await startNode(configFromWords(words), { log: silentLog })
  }

  async stop(): Promise<void> {
    await this.running.stop()
    this.node = undefined
  }

  private async mine(count: number): Promise<void> {
    const { params } = this.running
    await this.rpc('generatetoaddress', count, scriptToAddress(owner.scripts.p2wpkh, params.address))
    this.blocks += count
  }

  /** Until there are coins to pay with. */
  async begin(): Promise<void> {
    await this.start()
    const { chain, params } = this.running
    await this.mine(this.payments + params.coinbaseMaturity)
    for (let height = 1; height <= this.payments; height++) {
      const block = await chain.block(chain.entryAt(height)?.hash ?? chain.tip.hash)
      this.coins.push(ownedCoin(block?.transactions[0] as Transaction, 0, owner))
    }
  }

  private async pay(): Promise<void> {
    const next: OwnedCoin[] = []
    for (const coin of this.coins) {
      const tx = spend([coin], [{ value: coin.output.value - FEE, script: owner.scripts.p2wpkh }])
      await this.rpc('sendrawtransaction', toHex(tx.raw))
      next.push(ownedCoin(tx, 0, owner))
    }
    this.coins = next
  }

  /** A branch of empty blocks takes the place of the last ones, whose transactions wait for a block again. */
  private async reorganise(): Promise<void> {
    const { chain, params } = this.running
    const depth = 1 + Math.floor(this.random() * DEEPEST)
    const fork = chain.entryAt(chain.tip.height - depth)
    if (!fork) throw new Error('the chain is too short')
    const builder = new BlockBuilder(params, entryParent(fork))
    for (let left = depth + 1; left > 0; left--) {
      const { raw } = builder.mine({ header: { time: builder.tip.medianTimePast + 1 }, extraNonce: this.blocks++ })
      await this.rpc('submitblock', toHex(raw))
    }
    if (chain.tip.hash !== builder.tip.hash) throw new Error('the longer branch is not the best')
    this.reorganisations++
  }

  /** Goes back by hand and forth again. */
  private async turnBack(): Promise<void> {
    const { chain } = this.running
    const { hash } = chain.entryAt(chain.tip.height - 1) ?? chain.tip
    await this.rpc('invalidateblock', hash)
    await this.rpc('reconsiderblock', hash)
  }

  private async look(): Promise<void> {
    const tip = await this.rpc<string>('getbestblockhash')
    await this.rpc('getblock', tip, 2)
    await this.rpc('gettxoutsetinfo', 'muhash')
    await this.rpc('getblockchaininfo')
    await this.rpc('getrawmempool', true)
  }

  /** Ends with every payment in a block. */
  async round(): Promise<void> {
    for (let left = BLOCKS_A_ROUND; left > 0; left--) {
      await this.pay()
      await this.mine(1)
    }
    await this.reorganise()
    await this.mine(1)
    await this.turnBack()
    await this.look()
    const { size } = await this.rpc<{ size: number }>('getmempoolinfo')
    if (size > 0) throw new Error(`${size} transactions are left over`)
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
    this.restarts++
  }
}
