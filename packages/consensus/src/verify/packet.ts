import { Reader, readTransactionWithoutIds, type TxOut, txOut, Writer } from '@raistone/primitives'
import type { Piece } from './batch.js'
import { Claims } from './claims.js'
import type { ScriptJob } from './script-verifier.js'

/** The whole of a run, for all threads to read: claims, then jobs, then batches. */
export interface PackedRun {
  readonly memory: SharedArrayBuffer
  readonly claims: Claims
  /** Where each batch begins. */
  readonly offsets: readonly number[]
}

/** What goes to a worker: which batch to do, and where it is. */
export interface Packet {
  readonly id: number
  readonly flags: number
  readonly memory: SharedArrayBuffer
  /** Batches of the run. */
  readonly count: number
  /** Place of this one among them. */
  readonly order: number
  readonly offset: number
}

/** What comes back. */
export interface PacketResult {
  readonly id: number
  /** Another thread took the batch, or it does not matter any more. */
  readonly left: boolean
  /** The index counts the batch's pieces. */
  readonly failure: { readonly index: number; readonly input: number; readonly error: string } | undefined
  readonly signatures: number
}

const PIECE_SIZE = 12

const jobSize = ({ tx, spent }: ScriptJob): number =>
  spent.reduce((sum, output) => sum + txOut.size(output), 8 + tx.raw.length)

const batchSize = (pieces: readonly Piece[]): number => 4 + pieces.length * PIECE_SIZE

/** Lengths, the raw transaction, the outputs that all its inputs spend. */
function writeJob(writer: Writer, { tx, spent }: ScriptJob): void {
  writer.u32(tx.raw.length)
  writer.u32(spent.length)
  writer.raw(tx.raw)
  for (const output of spent) txOut.write(writer, output)
}

function readJob(reader: Reader): ScriptJob {
  const length = reader.u32()
  const count = reader.u32()
  const tx = readTransactionWithoutIds(new Reader(reader.raw(length)))
  const spent: TxOut[] = Array.from({ length: count }, () => txOut.read(reader))
  return { tx, spent }
}

/** Each job once, in the order of the pieces, in which those of one job follow each other. */
function jobsOf(batches: readonly (readonly Piece[])[]): ScriptJob[] {
  const jobs: ScriptJob[] = []
  for (const pieces of batches) for (const { job } of pieces) if (job !== jobs.at(-1)) jobs.push(job)
  return jobs
}

/** Writes batches of pieces, of which each names its job by place, its first input and the one after its last. */
export function packRun(batches: readonly (readonly Piece[])[]): PackedRun {
  const jobs = jobsOf(batches)
  const start = Claims.size(batches.length)
  const end = jobs.reduce((sum, job) => sum + jobSize(job), start)
  const memory = new SharedArrayBuffer(batches.reduce((sum, pieces) => sum + batchSize(pieces), end))
  const claims = new Claims(memory, batches.length)
  claims.begin()
  const writer = new Writer(new Uint8Array(memory, start))
  const places = new Map<ScriptJob, number>()
  for (const job of jobs) {
    places.set(job, start + writer.offset)
    writeJob(writer, job)
  }
  const offsets = batches.map(pieces => {
    const offset = start + writer.offset
    writer.u32(pieces.length)
    for (const { job, from, to } of pieces) {
      writer.u32(places.get(job) as number)
      writer.u32(from)
      writer.u32(to)
    }
    return offset
  })
  return { memory, claims, offsets }
}

/** The pieces of the batch there, but that scripts see no ids; jobs are numbered by their place in it. */
export function unpackBatch(memory: SharedArrayBuffer, offset: number): Piece[] {
  const bytes = new Uint8Array(memory)
  const reader = new Reader(bytes.subarray(offset))
  return Array.from({ length: reader.u32() }, (_, index) => {
    const job = readJob(new Reader(bytes.subarray(reader.u32())))
    return { job, index, from: reader.u32(), to: reader.u32() }
  })
}
