export * from './flags.js'
