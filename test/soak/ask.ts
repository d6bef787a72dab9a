import { request } from 'node:http'

/** One JSON-RPC call on a connection of its own. `fetch` would keep something of every port that it has ever known. */
export function ask(url: string, auth: string, method: string, params: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', auth, agent: false }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      // Answered when nothing is left of the call, so that it does not count among what the node holds.
      answer.socket.on('close', () => {
        const { result, error } = JSON.parse(Buffer.concat(chunks).toString())
        if (error) reject(new Error(`${method}: ${error.message}`))
        else resolve(result)
      })
    })
    asking.on('error', reject)
    asking.end(JSON.stringify({ id: 1, method, params }))
  })
}
