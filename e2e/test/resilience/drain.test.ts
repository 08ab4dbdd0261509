import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aMessage } from '../support/events.ts';
import { startProcess } from '../support/process.ts';
import { startSystem } from '../support/system.ts';

test('after SIGTERM ingest serves on while /readyz is red, so that a slow load balancer loses nothing', async () => {
  await using system = await startSystem();
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'another' });
  await using ingest = await startProcess('ingest', { ...system.env, SHUTDOWN_DRAIN_MS: '3000' });
  const backend = new Api(ingest.url, { apikey: body.data.apiKey });
  const stopped = ingest.stop();
  await until(async () => (await fetch(`${ingest.url}/readyz`)).status === 503, 'it is out of service');
  const late = aMessage();
  const answer = await backend.post('/v3/events', late);
  expect(answer.status).toBe(202);
  // So that the publisher opens its next connection to another instance, and this one is not cut under a request.
  expect(answer.headers.get('connection')).toBe('close');
  expect(await stopped).toBe(0);
  expect(await system.done(late.id)).toMatchObject({ accepted: 1 });
}, 60_000);
