import { parentPort, workerData } from 'node:worker_threads'
import { checkPieces } from './batch.js'
import { countingCurve } from './counting-curve.js'
import { type CurveTier, loadCurve } from './curve-tier.node.js'
import { type Packet, type PacketResult, unpackPieces } from './packet.js'
import type { ScriptFailure } from './script-verifier.js'

const tally = { signatures: 0 }
const curve = countingCurve(await loadCurve((workerData as { curve: CurveTier }).curve), tally)

function firstFailure({ bytes, flags }: Packet): ScriptFailure | undefined {
  for (const failure of checkPieces(unpackPieces(bytes), flags, curve)) if (failure) return failure
  return undefined
}

parentPort?.on('message', (packet: Packet) => {
  tally.signatures = 0
  const failure = firstFailure(packet)
  const result: PacketResult = { id: packet.id, failure, signatures: tally.signatures }
  parentPort?.postMessage(result)
})
