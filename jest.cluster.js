// What every test file of `npm run test:cluster` is set up with. In e2e, whose tests use what is built, it does nothing.

import { afterAll } from '@jest/globals';
import { keepClusters } from './packages/testkit/src/index.ts';

afterAll(keepClusters());
