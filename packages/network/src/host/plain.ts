/**
 * The same bytes as a plain Uint8Array. libp2p hands out Node Buffers, whose `slice` does not copy: whoever reversed
 * a slice would change the message that is about to be forwarded.
 */
export const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
