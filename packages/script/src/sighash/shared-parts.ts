import { sha256, type TransactionBody, type TxOut, txOut, Writer } from '@raistone/primitives'
import { Message } from './message.js'

/** For what is only hashed; one message is hashed before the next one begins. */
const message = new Message()

/** Bytes of an outpoint: transaction id and index. */
export const OUTPOINT_SIZE = 36
/** Bytes of an input whose script is empty: outpoint, length, sequence. */
export const BLANK_INPUT_SIZE = 41

/** The output as it stands in a transaction. */
export function encodeOutput(output: TxOut): Uint8Array {
  const writer = new Writer(txOut.size(output))
  txOut.write(writer, output)
  return writer.bytes
}

const encodeOutputs = (outputs: readonly TxOut[]): Uint8Array => {
  const writer = new Writer(outputs.reduce((sum, output) => sum + txOut.size(output), 0))
  for (const output of outputs) txOut.write(writer, output)
  return writer.bytes
}

/**
 * The parts of signature messages that all inputs of a transaction share. Each is made when first asked for and
 * then kept: without this, hashing grows with the square of the number of inputs (the cost BIP-0143 removed).
 */
export class SharedParts {
  constructor(
    private readonly tx: TransactionBody,
    private readonly spent: readonly TxOut[],
  ) {}

  private lazyPrevouts: Uint8Array | undefined
  private lazyOutputs: Uint8Array | undefined
  private readonly hashes = new Map<string, Uint8Array>()
  private readonly blanks: (Uint8Array | undefined)[] = []

  /** All outpoints, 36 bytes each. */
  get prevouts(): Uint8Array {
    return (this.lazyPrevouts ??= this.encodePrevouts())
  }

  /** All outputs as they stand in the transaction, without their count. */
  get outputs(): Uint8Array {
    return (this.lazyOutputs ??= encodeOutputs(this.tx.outputs))
  }

  get prevoutsHash(): Uint8Array {
    return this.once('prevouts', () => sha256(this.prevouts))
  }

  /** Of all sequences, four bytes each. */
  get sequencesHash(): Uint8Array {
    return this.once('sequences', () => {
      message.begin()
      for (const { sequence } of this.tx.inputs) message.u32(sequence)
      return sha256(message.take())
    })
  }

  get outputsHash(): Uint8Array {
    return this.once('outputs', () => sha256(this.outputs))
  }

  /** BIP-0143 hashes twice what BIP-0341 hashes once. */
  get prevoutsHash256(): Uint8Array {
    return this.once('prevouts2', () => sha256(this.prevoutsHash))
  }

  get sequencesHash256(): Uint8Array {
    return this.once('sequences2', () => sha256(this.sequencesHash))
  }

  get outputsHash256(): Uint8Array {
    return this.once('outputs2', () => sha256(this.outputsHash))
  }

  /** Hash of one output, as SINGLE signs it. Kept, as a script may ask for that of a large output thousands of times. */
  outputHash(index: number): Uint8Array | undefined {
    const output = this.tx.outputs[index]
    return output && this.once(`output${index}`, () => sha256(encodeOutput(output)))
  }

  /** BIP-0341: values of the outputs spent. */
  get amountsHash(): Uint8Array {
    return this.once('amounts', () => {
      message.begin()
      for (const { value } of this.spent) message.i64(value)
      return sha256(message.take())
    })
  }

  /** BIP-0341: scripts of the outputs spent, each with its length. */
  get scriptsHash(): Uint8Array {
    return this.once('scripts', () => {
      message.begin()
      for (const { script } of this.spent) message.varBytes(script)
      return sha256(message.take())
    })
  }

  /** All inputs with empty scripts, 41 bytes each; sequences are their own, or zero as NONE and SINGLE see the others. */
  blankInputs(zeroSequences: boolean): Uint8Array {
    return (this.blanks[zeroSequences ? 1 : 0] ??= this.encodeBlankInputs(zeroSequences))
  }

  private once(name: string, make: () => Uint8Array): Uint8Array {
    const known = this.hashes.get(name)
    if (known) return known
    const made = make()
    this.hashes.set(name, made)
    return made
  }

  private encodePrevouts(): Uint8Array {
    const writer = new Writer(this.tx.inputs.length * OUTPOINT_SIZE)
    for (const { prevout } of this.tx.inputs) {
      writer.id(prevout.txid)
      writer.u32(prevout.vout)
    }
    return writer.bytes
  }

  private encodeBlankInputs(zeroSequences: boolean): Uint8Array {
    const { inputs } = this.tx
    const writer = new Writer(inputs.length * BLANK_INPUT_SIZE)
    inputs.forEach(({ sequence }, i) => {
      writer.raw(this.prevouts.subarray(i * OUTPOINT_SIZE, (i + 1) * OUTPOINT_SIZE))
      writer.u8(0)
      writer.u32(zeroSequences ? 0 : sequence)
    })
    return writer.bytes
  }
}
