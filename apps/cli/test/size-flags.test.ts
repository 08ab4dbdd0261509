import { MAX_RETENTION_HOURS, MIN_RETENTION_HOURS } from '@fanfare/core';
import { expect, test } from '@jest/globals';
import { SIZE_FLAGS } from '../src/size/flags.ts';

test('the retention that size takes is the one that the settings allow', () => {
  expect(SIZE_FLAGS.retentionHours).toMatchObject({ min: MIN_RETENTION_HOURS, max: MAX_RETENTION_HOURS });
});
