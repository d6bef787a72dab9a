import {
  concatBytes,
  DecodeError,
  decodeTransaction,
  encodeDer,
  encodeTransaction,
  type TransactionBody,
} from '@raistone/primitives'
import { CONSENSUS_FLAGS, type ScriptFlags, STANDARD_FLAGS, scriptFlag } from '@raistone/script'
import type { Case, Kind } from './cases.js'
import type { Draw } from './draw.js'
import type { LockKind } from './lock.js'
import { ecdsaLocks } from './locks-ecdsa.js'
import { taprootLocks } from './locks-taproot.js'
import { drawEdgeNumber, pair } from './numbers.js'
import { drawSigned, type Signed, type Spending, withUnlock } from './spending.js'

/** The verdict on an input that may spend its output; others are the names of Core's script errors. */
export const OK = 'OK'

/** Taproot twice: what differs most from tier to tier is Schnorr and the tweak. */
const lockKinds: readonly LockKind[] = [...ecdsaLocks, ...taprootLocks, ...taprootLocks]
const { P2SH, DERSIG, WITNESS, TAPROOT } = scriptFlag

/** What blocks must meet, what is relayed, and sets of earlier days. */
const flagSets: readonly ScriptFlags[] = [
  CONSENSUS_FLAGS,
  STANDARD_FLAGS,
  P2SH | WITNESS,
  P2SH | DERSIG | WITNESS | TAPROOT,
  0,
]

const drawSpend = (draw: Draw, flags: ScriptFlags): Signed => drawSigned(draw, draw.pick(lockKinds).make(draw), flags)

/** A signed spend to be changed: mostly under consensus flags, so that the change is what decides. */
const drawTarget = (draw: Draw): Signed => drawSpend(draw, draw.onceIn(3) ? draw.pick(flagSets) : CONSENSUS_FLAGS)

/** The transaction with a bit flipped anywhere, as long as it still reads as one of as many inputs. */
function changedTransaction(draw: Draw): Spending {
  const { spending } = drawTarget(draw)
  const raw = encodeTransaction(spending.tx)
  for (;;) {
    const tx = decoded(draw.flipped(raw))
    if (tx && tx.inputs.length === spending.tx.inputs.length) return { ...spending, tx }
  }
}

function decoded(raw: Uint8Array): TransactionBody | undefined {
  try {
    return decodeTransaction(raw)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

const withItems = ({ spending, unlock }: Signed, items: readonly Uint8Array[]): Spending =>
  withUnlock(spending, { ...unlock, items })

const replaced = (items: readonly Uint8Array[], at: number, item: Uint8Array): Uint8Array[] =>
  items.map((old, i) => (i === at ? item : old))

/** Where an item that is not empty stands. */
const drawPlace = (draw: Draw, items: readonly Uint8Array[]): number =>
  draw.pick([...items.keys()].filter(i => (items[i] as Uint8Array).length > 0))

/** A bit of a signature, key, script or control block. */
function changedItem(draw: Draw): Spending {
  const signed = drawTarget(draw)
  const { items } = signed.unlock
  const at = drawPlace(draw, items)
  return withItems(signed, replaced(items, at, draw.flipped(items[at] as Uint8Array)))
}

/** The item's last byte, which is the hash type of a signature. */
function changedHashType(draw: Draw): Spending {
  const signed = drawTarget(draw)
  const { items } = signed.unlock
  const at = drawPlace(draw, items)
  const item = Uint8Array.from(items[at] as Uint8Array)
  item[item.length - 1] = draw.pick([0, 1, 2, 3, 0x80, 0x81, 0x82, 0x83, draw.below(256)])
  return withItems(signed, replaced(items, at, item))
}

/** Items dropped, doubled, swapped, emptied, longer or shorter. */
function changedStack(draw: Draw): Spending {
  const signed = drawTarget(draw)
  const { items } = signed.unlock
  const at = draw.below(items.length)
  const item = items[at] as Uint8Array
  const other = draw.below(items.length)
  return withItems(
    signed,
    draw.pick([
      items.filter((_, i) => i !== at),
      [...items.slice(0, at), item, ...items.slice(at)],
      replaced(replaced(items, at, items[other] as Uint8Array), other, item),
      replaced(items, at, new Uint8Array(0)),
      replaced(items, at, concatBytes(item, draw.bytes(1))),
      replaced(items, at, item.subarray(0, Math.max(0, item.length - 1))),
    ]),
  )
}

/** Another amount, or a bit of the script that is spent. */
function changedOutput(draw: Draw): Spending {
  const { spending } = drawTarget(draw)
  const at = draw.onceIn(4) ? draw.below(spending.spent.length) : spending.index
  const spent = spending.spent.map((output, i) => {
    if (i !== at) return output
    if (draw.onceIn(2) || output.script.length === 0) return { ...output, value: output.value + 1n }
    return { ...output, script: draw.flipped(output.script) }
  })
  return { ...spending, spent }
}

/** A signature of numbers at the edges in place of a good one, in the same form. */
function edgeSignature(draw: Draw): Spending {
  const signed = drawTarget(draw)
  const { items } = signed.unlock
  const at = items.findIndex(({ length }) => length > 0)
  const old = items[at] as Uint8Array
  const numbers = pair(drawEdgeNumber(draw), drawEdgeNumber(draw))
  const isSchnorr = signed.isTaproot
  const end = old.subarray(isSchnorr ? 64 : old.length - 1)
  return withItems(signed, replaced(items, at, concatBytes(isSchnorr ? numbers : encodeDer(numbers), end)))
}

const judged =
  (make: (draw: Draw) => Spending) =>
  (draw: Draw): Case<Spending> => ({ input: make(draw) })

export const inputKinds: readonly Kind<Spending>[] = [
  {
    name: 'signed',
    share: 44,
    make: draw => ({ input: drawSpend(draw, CONSENSUS_FLAGS).spending, expected: OK }),
  },
  { name: 'under other flags', share: 6, make: judged(draw => drawSpend(draw, draw.pick(flagSets)).spending) },
  { name: 'bit of the transaction', share: 14, make: judged(changedTransaction) },
  { name: 'bit of an item', share: 16, make: judged(changedItem) },
  { name: 'hash type', share: 4, make: judged(changedHashType) },
  { name: 'items', share: 6, make: judged(changedStack) },
  { name: 'spent output', share: 7, make: judged(changedOutput) },
  { name: 'signature of edge numbers', share: 3, edge: true, make: judged(edgeSignature) },
]
