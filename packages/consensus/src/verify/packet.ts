import { Reader, readTransactionWithoutIds, type TxOut, txOut, Writer } from '@raistone/primitives'
import type { Piece } from './batch.js'
import type { ScriptJob } from './script-verifier.js'

/** What goes to a worker: one transferable buffer with whole transactions and the outputs they spend. */
export interface Packet {
  readonly id: number
  readonly flags: number
  readonly bytes: Uint8Array
}

/** What comes back: the failure's index counts the packet's pieces. */
export interface PacketResult {
  readonly id: number
  readonly failure: { readonly index: number; readonly input: number; readonly error: string } | undefined
  readonly signatures: number
}

const jobSize = ({ tx, spent }: ScriptJob): number =>
  spent.reduce((sum, output) => sum + txOut.size(output), 16 + tx.raw.length)

/** Per piece: first input, input after the last, lengths, the raw transaction, the outputs that all its inputs spend. */
export function packPieces(pieces: readonly Piece[]): Uint8Array {
  const writer = new Writer(pieces.reduce((sum, piece) => sum + jobSize(piece.job), 4))
  writer.u32(pieces.length)
  for (const { job, from, to } of pieces) {
    writer.u32(from)
    writer.u32(to)
    writer.u32(job.tx.raw.length)
    writer.u32(job.spent.length)
    writer.raw(job.tx.raw)
    for (const output of job.spent) txOut.write(writer, output)
  }
  return writer.bytes
}

/** The inverse of `packPieces`, but that scripts see no ids; jobs are numbered by their place in the packet. */
export function unpackPieces(bytes: Uint8Array): Piece[] {
  const reader = new Reader(bytes)
  return Array.from({ length: reader.u32() }, (_, index) => {
    const from = reader.u32()
    const to = reader.u32()
    const length = reader.u32()
    const count = reader.u32()
    const tx = readTransactionWithoutIds(new Reader(reader.raw(length)))
    const spent: TxOut[] = Array.from({ length: count }, () => txOut.read(reader))
    return { job: { tx, spent }, index, from, to }
  })
}
