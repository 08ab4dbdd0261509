// Transforms the built entry of a workspace into one that hands out what Node has loaded, once per worker: jest would
// load the thousand modules of the system for each of 136 files. Tests therefore share the modules' state and must not
// depend on it, and what the system creates is `instanceof` Node's classes, not the test's.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const exportsOf = (path) => Object.keys(require(path)).join(', ');

export default {
  process: (_source, path) => ({
    code: `export const { ${exportsOf(path)} } = globalThis[Symbol.for('fanfare.require')](${JSON.stringify(path)});`,
  }),
  getCacheKey: (_source, path) =>
    createHash('sha256')
      .update(`${path} ${exportsOf(path)}`)
      .digest('hex')
      .slice(0, 32),
};
