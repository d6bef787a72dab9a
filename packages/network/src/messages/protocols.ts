/** The one protocol every Raistone network shares, so that strangers can tell each other so. */
export const STATUS_PROTOCOL = '/raistone/status/1'

/** Names of a network's protocols and topics: `/raistone/<network id>/<name>/1`. */
export const networkProtocols = (networkId: string) => {
  const named = (name: string): string => `/raistone/${networkId}/${name}/1`
  return {
    headers: named('headers'),
    blocks: named('blocks'),
    blockTransactions: named('blocktxn'),
    mempool: named('mempool'),
    blockTopic: named('block'),
    txTopic: named('tx'),
  } as const
}
export type NetworkProtocols = ReturnType<typeof networkProtocols>
