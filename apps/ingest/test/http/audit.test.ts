import { expect, test } from '@jest/globals';
import { auditOf } from '../../src/http/audit.ts';

test('a route that can change something declares whether it is audited; one that only reads need not', () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    expect(() => auditOf(method, '/v3/apps', undefined)).toThrow(
      `${method} /v3/apps does not say whether it is audited`,
    );
    expect(auditOf(method, '/v3/apps', { action: 'Change app' })).toEqual({ action: 'Change app' });
  }
  expect(auditOf('GET', '/v3/apps', undefined)).toBeUndefined();
});
