import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '#libp2p'

/** A new Ed25519 private key, protobuf-encoded as libp2p stores it. Secret: the node's name among its peers. */
export async function newIdentity(): Promise<Uint8Array> {
  return privateKeyToProtobuf(await generateKeyPair('Ed25519'))
}

/** The peer id that belongs to a private key; throws if the bytes are not one. */
export const peerIdOfKey = (privateKey: Uint8Array): string => privateKeyFromProtobuf(privateKey).publicKey.toString()
