import { nobleSha256 } from './noble.js'
import type { Sha256 } from './sha256.js'
import { createWasmSha256 } from './wasm/create.js'

let chosen: Sha256 | undefined

/** The fastest SHA-256 that works here; made when it is first asked for, which takes some milliseconds. */
export const sha256Engine = (): Sha256 => (chosen ??= createWasmSha256() ?? nobleSha256)
