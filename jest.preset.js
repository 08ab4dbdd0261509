/** One jest setup for every workspace: native ESM, TypeScript stripped by swc, our packages read from their sources. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testEnvironment: 'node',
  injectGlobals: false,
  testTimeout: 30_000,
  maxWorkers: 1,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  // Without 'import', which breaks jest's own require of its CommonJS dependencies.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
};
