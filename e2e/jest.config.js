import preset from '../jest.preset.js';

// Two at a time: a system mostly waits, and each has a Redis, ports and folders of its own.
export default { ...preset, maxWorkers: 2 };
