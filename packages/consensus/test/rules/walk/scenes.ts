import { connectScenes } from './coins.js'
import { headerScenes } from './headers.js'
import { bodyScenes } from './lone-blocks.js'
import { placedScenes } from './placed-blocks.js'
import type { Scene } from './scene.js'
import { aloneScenes, spendingScenes, waitingScenes } from './transactions.js'

/** The whole walk. */
export const scenes: readonly Scene[] = [
  ...headerScenes,
  ...bodyScenes,
  ...aloneScenes,
  ...placedScenes,
  ...spendingScenes,
  ...waitingScenes,
  ...connectScenes,
]
