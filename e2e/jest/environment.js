import { createRequire } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';

/** Gives tests the `require` of Node beside jest's, for `built.js`. */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global[Symbol.for('fanfare.require')] = createRequire(import.meta.url);
  }
}
