import preset from '../jest.preset.js';

// Four at a time on two cores: a system mostly waits, and each has a Redis, ports and folders of its own.
export default { ...preset, maxWorkers: 4 };
