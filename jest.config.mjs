/** Tests run on compiled JavaScript: what `tsc -b` made is what is tested, workers included. */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/packages/*/dist/test/**/*.test.js',
    '<rootDir>/test/dist/**/*.test.js',
    '<rootDir>/examples/dist/**/*.js',
  ],
  modulePathIgnorePatterns: ['<rootDir>/.*/node_modules/.*/dist/test'],
  transform: {},
  testSequencer: '<rootDir>/scripts/slow-first.mjs',
  testTimeout: 30_000,
  // One more than the cores of a small machine: tests of several processes mostly wait.
  maxWorkers: 3,
}
