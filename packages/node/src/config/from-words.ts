import { type NodeConfig, nodeConfig } from './node-config.js'
import { parseWords } from './parse-words.js'
import { configure } from './settings.js'

/** The configuration that `raistone node WORDS…` would run with; variables of the environment count only where given. */
export const configFromWords = (
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): NodeConfig => nodeConfig(configure(parseWords(words, 'node').options, env))
