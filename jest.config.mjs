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
  maxWorkers: 2,
}
