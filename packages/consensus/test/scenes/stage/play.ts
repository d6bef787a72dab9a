import { describe, test } from '@jest/globals'
import { liveParams } from '../../support/live-chain.js'
import { baseChain, emptyBase } from './base-chain.js'
import type { Scene, Theme } from './scene.js'
import { Stage } from './stage.js'

/** Plays one scene on a stage of its own; at its end the chain must be what its blocks say. */
export async function play({ rules = liveParams, from, play }: Scene): Promise<void> {
  const stage = await Stage.open(rules, from === 'genesis' ? emptyBase : baseChain(rules))
  try {
    await play(stage)
    await stage.holdsTrue()
  } finally {
    await stage.chain.close()
  }
}

const title = ({ name, like }: Scene): string => (like ? `${name} (${like})` : name)

/** One test for each scene. */
export function playAll(...themes: readonly Theme[]): void {
  for (const { name, scenes } of themes)
    describe(name, () => {
      for (const scene of scenes) test(title(scene), () => play(scene))
    })
}
