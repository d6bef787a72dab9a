import { parentPort, workerData } from 'node:worker_threads'
import type { Curve } from '@raistone/primitives'
import { checkPieces } from './batch.js'
import { Claims, taker } from './claims.js'
import { countingCurve } from './counting-curve.js'
import { type CurveTier, loadCurve } from './curve-tier.node.js'
import { type Packet, type PacketResult, unpackBatch } from './packet.js'

const tally = { signatures: 0 }
// Not awaited up here: V8 may abort the process when a thread ends while one of its modules awaits (Node 22, 24).
const loading = loadCurve((workerData as { curve: CurveTier }).curve).then(curve => countingCurve(curve, tally))

/** Checks the batch as long as it matters. */
function check({ flags, memory, count, order, offset }: Packet, curve: Curve): Omit<PacketResult, 'id' | 'signatures'> {
  const claims = new Claims(memory, count)
  if (!claims.take(order, taker.thread)) return { left: true, failure: undefined }
  for (const failure of checkPieces(unpackBatch(memory, offset), flags, curve)) {
    if (failure) {
      // Told here already, for this thread may have more batches of the same run before it.
      claims.stopAfter(order)
      return { left: false, failure }
    }
    if (!claims.matters(order)) return { left: true, failure: undefined }
  }
  return { left: false, failure: undefined }
}

parentPort?.on('message', async (packet: Packet | 'end') => {
  if (packet === 'end') return parentPort?.close()
  const curve = await loading
  tally.signatures = 0
  const result: PacketResult = { id: packet.id, ...check(packet, curve), signatures: tally.signatures }
  parentPort?.postMessage(result)
})
