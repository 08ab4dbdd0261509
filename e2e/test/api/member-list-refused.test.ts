import { Agent, request } from 'node:http';
import { expect, test } from '@jest/globals';
import { startSystem } from '../support/system.ts';

/** More than the buffers of a connection hold, so that the server answers while most of it is still to come. */
const LINES = 500_000;

/** Sends on the one connection `agent` has at a time; the status of the answer. */
function send(agent: Agent, url: URL, options: { method: string; headers: Record<string, string> }, body = '') {
  return new Promise<number | undefined>((resolve, reject) => {
    const sent = request(url, { agent, ...options }, (answer) =>
      answer.resume().on('end', () => resolve(answer.statusCode)),
    );
    sent.on('error', reject).end(body);
  });
}

test('a member list that is refused at its second line is answered, and the next request served', async () => {
  await using system = await startSystem({ apps: [] });
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', {});
  const apikey: string = body.data.apiKey;
  await system.backend.put('/v3/groups/large', {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const list = `{"uid":"alice"}\n{"uid":"not a uid"}\n${'{"uid":"bob"}\n'.repeat(LINES)}`;
  const upload = { method: 'PUT', headers: { apikey, 'content-type': 'application/x-ndjson' } };
  const members = new URL('/v3/groups/large/members', system.url);
  expect(await send(agent, members, upload, list)).toBe(400);
  expect(await send(agent, members, { method: 'GET', headers: { apikey } })).toBe(200);
  agent.destroy();
}, 10_000);
