import { parentPort, workerData } from 'node:worker_threads'
import type { Curve } from '@raistone/primitives'
import { checkPieces } from './batch.js'
import { countingCurve } from './counting-curve.js'
import { type CurveTier, loadCurve } from './curve-tier.node.js'
import { type Packet, type PacketResult, unpackPieces } from './packet.js'
import type { ScriptFailure } from './script-verifier.js'

const tally = { signatures: 0 }
// Not awaited up here: V8 may abort the process when a thread ends while one of its modules awaits (Node 22, 24).
const loading = loadCurve((workerData as { curve: CurveTier }).curve).then(curve => countingCurve(curve, tally))

function firstFailure({ bytes, flags }: Packet, curve: Curve): ScriptFailure | undefined {
  for (const failure of checkPieces(unpackPieces(bytes), flags, curve)) if (failure) return failure
  return undefined
}

parentPort?.on('message', async (packet: Packet | 'end') => {
  if (packet === 'end') return parentPort?.close()
  const curve = await loading
  tally.signatures = 0
  const failure = firstFailure(packet, curve)
  const result: PacketResult = { id: packet.id, failure, signatures: tally.signatures }
  parentPort?.postMessage(result)
})
