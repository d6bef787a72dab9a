// A node in a process of its own, asked over one connection.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { launcher } from './chain-file.mjs'

/** The bytes of a request: they can be made before the time runs that the node is to be measured by. */
export const requestFor = (method, ...params) => Buffer.from(JSON.stringify({ id: 1, method, params }))

/** Submissions of blocks in hex. */
export const submissionsOf = blocks => blocks.map(block => requestFor('submitblock', block))

/** Starts a regtest node; resolves when it answers. `call` rejects for an error; `stop` and `kill` resolve when it has ended. */
export async function startNode(words, { nodeWords = [], env } = {}) {
  const standard = ['node', '--chain=regtest', '--port=0', '--rpcport=0', '--printtoconsole=0', '--json']
  const listen = words.some(word => word.startsWith('--listen')) ? [] : ['--listen=0']
  const child = spawn(process.execPath, [...nodeWords, launcher, ...standard, ...listen, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  const ended = new Promise(resolve => child.on('close', code => resolve(code)))
  let notes = ''
  child.stderr.on('data', chunk => {
    notes += chunk
  })
  const facts = await new Promise((resolve, reject) => {
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
      if (out.endsWith('\n')) resolve(JSON.parse(out))
    })
    ended.then(code => reject(new Error(`the node ended with ${code}\n${notes}`)))
  })
  const { hostname, port } = new URL(facts.rpc)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const auth = readFileSync(facts.cookie, 'utf8')
  const ask = body =>
    new Promise((resolve, reject) => {
      const asking = request({ hostname, port, agent, auth, method: 'POST' }, answer => {
        const chunks = []
        answer.on('data', chunk => chunks.push(chunk))
        answer.on('end', () => {
          const { result, error } = JSON.parse(Buffer.concat(chunks).toString())
          if (error) reject(new Error(`the node answers: ${error.message}`))
          else resolve(result)
        })
      })
      asking.on('error', reject)
      asking.end(body)
    })
  const call = (method, ...params) => ask(requestFor(method, ...params))
  /** One after the other, each answer awaited. */
  const submitAll = async submissions => {
    for (const submission of submissions) {
      const refused = await ask(submission)
      if (refused !== null) throw new Error(`a block was refused: ${refused}`)
    }
  }
  const stop = async () => {
    agent.destroy()
    child.kill('SIGTERM')
    const code = await ended
    if (code !== 0) throw new Error(`the node ended with ${code}\n${notes}`)
  }
  const kill = async () => {
    agent.destroy()
    child.kill('SIGKILL')
    await ended
  }
  return { pid: child.pid, multiaddrs: facts.multiaddrs, call, submitAll, stop, kill }
}
