import { arrival } from './arrival.js'
import { branches } from './branches.js'
import { coinbase } from './coinbase.js'
import { difficulty } from './difficulty.js'
import { failingBranches } from './failing-branches.js'
import { headers } from './headers.js'
import { locks } from './locks.js'
import { malformed } from './malformed.js'
import { merkle } from './merkle.js'
import { programs } from './programs.js'
import { relativeLocks } from './relative-locks.js'
import { reward } from './reward.js'
import { scripts } from './scripts.js'
import { signatures } from './signatures.js'
import { sigops } from './sigops.js'
import { sizes } from './sizes.js'
import { spends } from './spends.js'
import type { Theme } from './stage/scene.js'
import { taproot } from './taproot.js'
import { tapscript } from './tapscript.js'
import { values } from './values.js'
import { witness } from './witness.js'
import { witnessSigops } from './witness-sigops.js'

/** What a block is in itself and what it does with coins. */
export const aboutBlocks: readonly Theme[] = [
  malformed,
  merkle,
  sizes,
  sigops,
  witnessSigops,
  coinbase,
  reward,
  values,
  spends,
]

/** Where blocks stand, in time and among others. */
export const aboutChains: readonly Theme[] = [
  headers,
  difficulty,
  locks,
  relativeLocks,
  branches,
  failingBranches,
  arrival,
]

/** What outputs demand and inputs bring. */
export const aboutScripts: readonly Theme[] = [witness, programs, taproot, tapscript, scripts, signatures]
