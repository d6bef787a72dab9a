import { usageError } from '../../src/cli/cli-error.js'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
  /** What was asked, in order. */
  readonly asked: readonly string[]
}

export interface Person {
  /** Standard input. */
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Answers of somebody at a terminal; without any there is no terminal. */
  readonly answers?: readonly string[]
}

/** Runs `raistone …` in this process, as it would be with these streams. */
export async function run(words: readonly string[], { input = '', env = {}, answers }: Person = {}): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const asked: string[] = []
  const left = [...(answers ?? [])]
  let unread = input
  const ask = async (question: string, instead: string): Promise<string> => {
    if (!answers) throw usageError(`no terminal to ask on: give ${instead}`)
    asked.push(question)
    const answer = left.shift()
    if (answer === undefined) throw new Error(`nobody answers ${question}`)
    return answer
  }
  const io: Io = {
    out: line => out.push(line),
    note: line => err.push(line),
    interactive: answers !== undefined,
    terminal: answers !== undefined,
    env,
    ask,
    askSecret: ask,
    input: async () => {
      const text = unread
      unread = ''
      return text
    },
  }
  const code = await main(words, io)
  return { code, out: out.join('\n'), err: err.join('\n'), asked }
}
