import type { BlockEntry, Chain } from '@raistone/consensus'
import type { Log } from '@raistone/network'
import type { Height } from '@raistone/primitives'

/** Core's -stopatheight: also if the chain has been as high before. */
export function stopAtHeight(most: Height, chain: Chain, log: Log, stop: () => void): void {
  const look = ({ height }: BlockEntry): void => {
    if (height < most) return
    log.info('stop height reached', { height })
    stop()
  }
  look(chain.tip)
  chain.events.on('tip', ({ entry }) => look(entry))
}
