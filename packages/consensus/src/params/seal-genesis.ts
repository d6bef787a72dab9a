import { type Block, hashHeader } from '@raistone/primitives'
import { checkProofOfWork } from '../pow/target.js'
import { buildGenesis } from './genesis-block.js'
import { checkShape, moneyOf } from './genesis-file.js'
import type { GenesisFile } from './genesis-schema.js'
import { checkSense } from './genesis-sense.js'
import { rulesId } from './network-id.js'

/** Where a chain's text names its rules: at its end, in brackets. */
const RULES_IN_TEXT = / \[[0-9a-f]{16}\]$/

/** The text, committing to the rules: whoever changes one cannot keep this genesis block. */
export const textWithRules = (text: string, id: string): string => `${text.replace(RULES_IN_TEXT, '')} [${id}]`

function solve(genesis: Block, limit: bigint): { readonly nonce: number; readonly hash: string } {
  for (let nonce = 0; nonce <= 0xffffffff; nonce++) {
    const hash = hashHeader({ ...genesis.header, nonce })
    if (checkProofOfWork(hash, genesis.header.bits, limit)) return { nonce, hash }
  }
  throw new RangeError('no nonce solves this genesis block: choose another time')
}

/**
 * The genesis file with its text committing to the rules, its block solved and its hash filled in. Throws a
 * GenesisError where something else than these is wrong with it.
 */
export function sealGenesis(json: unknown): GenesisFile {
  const file = checkShape(json)
  const coinbaseText = textWithRules(file.genesisBlock.coinbaseText, rulesId(file))
  const genesis = buildGenesis({ ...file.genesisBlock, coinbaseText })
  checkSense(file, genesis, moneyOf(file))
  const solved = solve(genesis, BigInt(`0x${file.proofOfWork.limit}`))
  return { ...file, genesisBlock: { ...file.genesisBlock, coinbaseText, ...solved } }
}
