// What each test file of `npm run test:cluster` is set up with. It does nothing in e2e, whose tests use what is built.

import { afterAll } from '@jest/globals';
import { keepClusters } from './packages/testkit/src/index.ts';

afterAll(keepClusters());
