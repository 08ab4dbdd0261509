import preset from '../jest.preset.js';

const path = (file) => new URL(file, import.meta.url).pathname;

// Three at a time on two cores: a system mostly waits, and each has a Redis, ports and folders of its own. The system
// is what `npm run build` has built, as in the processes that some tests start.
export default {
  ...preset,
  maxWorkers: 3,
  transform: { ...preset.transform, '/(packages|apps)/[^/]+/dist/.+\\.js$': path('jest/built.js') },
  testSequencer: path('jest/longest-first.js'),
  testEnvironment: path('jest/environment.js'),
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
};
