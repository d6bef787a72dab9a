import './polyfill.js'

/**
 * All that is used of libp2p, in one place: hundreds of small modules, which on Node.js come as one file that the build
 * makes of this one. Other files import it as `#libp2p`.
 */
export { noise } from '@chainsafe/libp2p-noise'
export { yamux } from '@chainsafe/libp2p-yamux'
export { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
export { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
export { identify } from '@libp2p/identify'
export { ping } from '@libp2p/ping'
export { tcp } from '@libp2p/tcp'
export { multiaddr } from '@multiformats/multiaddr'
export { createLibp2p } from 'libp2p'
export { Uint8ArrayList } from 'uint8arraylist'
