import { createLogger } from '@fanfare/runtime';
import { until } from '@fanfare/testkit';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { createServer } from '../../src/http/server.ts';
import { ADMIN_KEY, privateDeps } from '../support/private-deps.ts';

const lines: string[] = [];
const log = createLogger({ name: 'ingest', level: 'info', destination: { write: (line) => void lines.push(line) } });
const deps = { ...(await privateDeps()), log };
const { server } = await createServer(deps, new OverloadGuard(deps), async () => ({ ready: true, checks: {} }));
const url = await server.listen({ port: 0, host: '127.0.0.1' });
afterAll(() => server.close());
beforeEach(() => void lines.splice(0));

/** The only line that a request leaves. */
async function lineOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  await fetch(url + path, { headers });
  await until(() => lines.length > 0, 'the request is logged');
  expect(lines).toHaveLength(1);
  return lines[0] as string;
}

test('a request leaves one line, with the pattern of its route and each field once', async () => {
  const line = await lineOf('/v3/users/bob', { adminkey: ADMIN_KEY, appid: 'demo' });
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    name: 'ingest',
    reqId: expect.any(String),
    method: 'GET',
    route: '/v3/users/:uid',
    ms: expect.any(Number),
    status: 404,
    msg: 'request.answered',
  });
  const names = [...line.matchAll(/"(\w+)":/g)].map(([, name]) => name);
  expect(names).toEqual([...new Set(names)]);
});

test('a path that does not exist leaves a line without it, since callers choose the text', async () => {
  const line = await lineOf('/v3/secret');
  expect(JSON.parse(line)).toMatchObject({ msg: 'request.answered', status: 404 });
  expect(line).not.toContain('secret');
});
