import { describe } from '@jest/globals'

// As on a platform that has no WebAssembly: before anything is loaded that might make use of it.
Reflect.deleteProperty(globalThis, 'WebAssembly')
const { NonceScan } = await import('../src/search/scan.js')
const { scanSuite } = await import('./support/scan-suite.js')

describe('the scan without WebAssembly', () => {
  scanSuite((header, target) => new NonceScan(header, target))
})
