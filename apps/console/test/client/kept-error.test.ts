import { expect, test } from '@jest/globals';
import { keptError } from '../../src/client/api/kept-error.ts';

const refused = new Error('refused');
const failed = { hash: 'bob', error: refused };

test('an error stays while the same query is asked again, and until it is answered', () => {
  const again = keptError(failed, { hash: 'bob', status: 'pending', error: null });
  expect(again.error).toBe(refused);
  expect(keptError(again, { hash: 'bob', status: 'success', error: null }).error).toBeNull();
});

test('another failure takes its place, and another query starts without it', () => {
  const other = new Error('gone');
  expect(keptError(failed, { hash: 'bob', status: 'error', error: other }).error).toBe(other);
  expect(keptError(failed, { hash: 'carol', status: 'pending', error: null }).error).toBeNull();
});
