// Tests run as ES modules, straight from TypeScript: swc strips the types, Node's own loader does the rest.
export default {
  roots: ['<rootDir>/chaincode', '<rootDir>/gateway', '<rootDir>/network', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Needs Docker and builds images: npm run test:containers.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/containers/(payment|compose).test.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  maxWorkers: 2,
  testTimeout: 120_000,
};
