import type { BlockEntry } from '@raistone/consensus'
import {
  type Block,
  commitmentIndex,
  createBlock,
  createTransaction,
  decodeBlock,
  hasWitness,
  isCoinbase,
  toHex,
} from '@raistone/primitives'
import { amount, type Handlers, type JsonObject, RpcError, rpcCode } from '@raistone/rpc'
import { decoded, requireScript } from './arguments.js'
import type { RpcContext } from './context.js'
import { targetJson } from './header-json.js'

type MiningHandlers = Pick<Handlers, 'generatetoaddress' | 'getmininginfo' | 'submitblock'>

/** Blocks over which the hash rate is estimated, as Core does by default. */
const HASH_RATE_BLOCKS = 120

/** Hashes per second over the last blocks; a double, for display only. */
function networkHashRate(tip: BlockEntry): number {
  let first = tip
  let earliest = tip.header.time
  let latest = tip.header.time
  for (let i = 0; i < HASH_RATE_BLOCKS && first.parent; i++) {
    first = first.parent
    earliest = Math.min(earliest, first.header.time)
    latest = Math.max(latest, first.header.time)
  }
  return latest === earliest ? 0 : Number(tip.chainWork - first.chainWork) / (latest - earliest)
}

function miningInfo(context: RpcContext): JsonObject {
  const { chain, mempool, params, policy } = context
  const { tip } = chain
  const { bits, target, difficulty } = targetJson(tip.header.bits)
  const next = targetJson(context.nextBits())
  return {
    blocks: tip.height,
    bits,
    difficulty,
    target,
    networkhashps: networkHashRate(tip),
    pooledtx: mempool.size,
    blockmintxfee: amount(policy.blockMinFeeRate),
    chain: params.name,
    next: { height: tip.height + 1, bits: next.bits, difficulty: next.difficulty, target: next.target },
    signet_challenge: params.signetChallenge && toHex(params.signetChallenge),
    warnings: [],
  }
}

/** Some miners leave out the coinbase's witness, which is 32 zero bytes by custom: BIP-0141 wants it, so it is added. */
function withCoinbaseWitness(block: Block): Block {
  const [coinbase, ...others] = block.transactions
  if (!coinbase || hasWitness(coinbase) || commitmentIndex(coinbase) < 0) return block
  const inputs = coinbase.inputs.map(input => ({ ...input, witness: [new Uint8Array(32)] }))
  return createBlock(block.header, [createTransaction({ ...coinbase, inputs }), ...others])
}

function decodeSubmitted(hex: string): Block {
  const block = decoded(hex, decodeBlock)
  if (!block) throw new RpcError(rpcCode.deserialization, 'Block decode failed')
  const first = block.transactions[0]
  if (!first || !isCoinbase(first)) {
    throw new RpcError(rpcCode.deserialization, 'Block does not start with a coinbase')
  }
  return block
}

/** BIP-0022: null when the block was taken, else a word. */
async function submit({ chain }: RpcContext, hex: string): Promise<string | null> {
  const block = withCoinbaseWitness(decodeSubmitted(hex))
  const known = chain.entry(block.hash)
  if (known?.invalid) return 'duplicate-invalid'
  const answer = await chain.submitBlock(block)
  if ('reject' in answer) return answer.reject.rule
  if (answer.state === 'connected') return null
  return answer.state === 'duplicate' ? 'duplicate' : 'inconclusive'
}

/** How blocks are made and handed in. */
export function miningHandlers(context: RpcContext): MiningHandlers {
  return {
    generatetoaddress: async ({ nblocks, address, maxtries }) => {
      const script = requireScript(context, address, 'Error: Invalid address')
      const hashes = nblocks > 0 ? await context.generate(nblocks, script, maxtries) : []
      await context.mempool.settled?.()
      return hashes
    },
    getmininginfo: () => miningInfo(context),
    submitblock: async ({ hexdata }) => {
      const answer = await submit(context, hexdata)
      await context.mempool.settled?.()
      return answer
    },
  }
}
