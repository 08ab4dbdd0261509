import preset from '../jest.preset.js';

// Three at a time on two cores: a system mostly waits, and each has a Redis, ports and folders of its own.
export default { ...preset, maxWorkers: 3 };
