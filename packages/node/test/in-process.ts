import { readFileSync } from 'node:fs'
import { tempDir } from '@raistone/testkit'
import { configFromWords, type NodeEnvironment, type RunningNode, silentLog, startNode } from '../src/index.js'

const running = new Set<RunningNode>()

/** A node in this process on free ports, quiet unless given a log; regtest unless the words say otherwise. */
export async function startTestNode(
  words: readonly string[] = [],
  environment: NodeEnvironment = { log: silentLog },
): Promise<RunningNode> {
  const standard = ['--chain=regtest', `--datadir=${tempDir()}`, '--port=0', '--rpcport=0', '--par=1']
  const node = await startNode(configFromWords([...standard, ...words]), environment)
  running.add(node)
  return node
}

export async function stopTestNodes(): Promise<void> {
  for (const node of running) await node.stop()
  running.clear()
}

export interface HttpAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly text: string
}

/** One POST to a node's JSON-RPC; with the cookie unless given `USER:PASSWORD`. */
export async function post(node: RunningNode, body: string, credentials = cookieOf(node)): Promise<HttpAnswer> {
  const headers = { authorization: `Basic ${btoa(credentials)}`, connection: 'close' }
  const response = await fetch(node.rpcUrl as string, { method: 'POST', headers, body })
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() }
}

export const cookieOf = (node: RunningNode): string => readFileSync(node.cookieFile as string, 'utf8')
