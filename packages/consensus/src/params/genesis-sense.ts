import type { Block, Transaction } from '@raistone/primitives'
import { bitsToTarget, checkProofOfWork, targetToBits } from '../pow/target.js'
import { checkTransactionAlone } from '../rules/transaction/alone.js'
import type { ChainParams } from './chain-params.js'
import { GenesisError } from './genesis-error.js'
import type { GenesisFile } from './genesis-schema.js'

const demand = (holds: boolean, field: string, problem: string): void => {
  if (!holds) throw new GenesisError(field, problem)
}

/** What stands in one place must not be taken for what stands in another. */
function checkDistinct({ ports, address }: GenesisFile): void {
  demand(ports.rpc !== ports.p2p, 'ports.rpc', 'is ports.p2p too')
  demand(address.scriptHash !== address.pubkeyHash, 'address.scriptHash', 'is address.pubkeyHash too')
  demand(address.extendedPrivate !== address.extendedPublic, 'address.extendedPrivate', 'is address.extendedPublic too')
}

function checkPacing({ proofOfWork: { limit, spacingSec, retarget } }: GenesisFile): void {
  demand(BigInt(`0x${limit}`) > 0n, 'proofOfWork.limit', 'is zero: no block could be found')
  demand(
    retarget.kind !== 'relative' || retarget.maxGapSec > spacingSec,
    'proofOfWork.retarget.maxGapSec',
    'is not above proofOfWork.spacingSec: difficulty could never fall',
  )
}

function checkBlock({ proofOfWork: { limit } }: GenesisFile, genesis: Block, money: ChainParams['money']): void {
  const target = bitsToTarget(genesis.header.bits)
  demand(target > 0n, 'genesisBlock.bits', 'is no target')
  demand(
    target <= bitsToTarget(targetToBits(BigInt(`0x${limit}`))),
    'genesisBlock.bits',
    'is easier than proofOfWork.limit',
  )
  const broken = checkTransactionAlone(genesis.transactions[0] as Transaction, { money })
  const field = broken?.rule === 'bad-cb-length' ? 'genesisBlock.coinbaseText' : 'genesisBlock.outputs'
  demand(broken === undefined, field, `the coinbase breaks a rule: ${broken?.rule} (${broken?.detail})`)
}

/** What the fields of a file say together, its shape being right; all but the work. Throws a GenesisError. */
export function checkSense(file: GenesisFile, genesis: Block, money: ChainParams['money']): void {
  checkDistinct(file)
  checkPacing(file)
  demand(money.subsidy <= money.maxMoney, 'money.subsidy', `is above money.maxMoney (${money.maxMoney})`)
  checkBlock(file, genesis, money)
}

/** The genesis block has the hash that the file says, and shows its work. Throws a GenesisError. */
export function checkSealed({ proofOfWork, genesisBlock }: GenesisFile, { hash, header }: Block): void {
  demand(hash === genesisBlock.hash, 'genesisBlock.hash', `is not the block's hash, which is ${hash}`)
  demand(
    checkProofOfWork(hash, header.bits, BigInt(`0x${proofOfWork.limit}`)),
    'genesisBlock.nonce',
    'does not solve the block: its hash is above the target',
  )
}
