import * as sender from '@fanfare/sender/app';
import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { Api } from '../support/api.ts';
import { aCall } from '../support/events.ts';
import { AsyncDisposals, startProcess } from '../support/process.ts';
import { jobsOf, startSystem } from '../support/system.ts';

/** The environment of a process on a machine whose clock is off by so much. */
const skewed = (env: Record<string, string>, skewMs: number) => ({
  ...env,
  NODE_OPTIONS: `--import=data:text/javascript,const/**/now=Date.now;Date.now=()=>now()+${skewMs}`,
});

test('rings arrive with the workers a minute ahead', async () => {
  await using system = await startSystem({ apps: [] });
  await using processes = new AsyncDisposals();
  for (const app of ['fanout', 'sender'] as const) processes.add(await startProcess(app, skewed(system.env, 60_000)));
  const ring = aCall();
  await system.backend.post('/v3/events', ring);
  expect(await system.done(ring.id)).toMatchObject({ accepted: 1, expired: 0 });
}, 60_000);

test('rings arrive with ingest a minute behind', async () => {
  await using system = await startSystem();
  await using behind = await startProcess('ingest', skewed(system.env, -60_000));
  const { body } = await system.admin.post('/v3/apps/app123/apikeys', { name: 'another' });
  const ring = aCall();
  const posted = await new Api(behind.url, { apikey: body.data.apiKey }).post('/v3/events', ring);
  expect(posted.status).toBe(202);
  expect(await system.done(ring.id)).toMatchObject({ accepted: 1, expired: 0 });
}, 60_000);

test('a sender a minute behind sends no ring that is over', async () => {
  await using system = await startSystem({ apps: ['fanout'] });
  const ring = aCall({ sentAt: Date.now() - 26_000 });
  await system.backend.post('/v3/events', ring);
  await until(async () => (await jobsOf(system, 'deliveries-custom-call')).length === 1, 'it is queued');
  await until(() => Date.now() > ring.sentAt + 30_000, 'the ring is over');
  const localClock = () => Date.now() - 60_000;
  const late = await sender.start(sender.readConfig(system.env), { localClock });
  try {
    expect(await system.done(ring.id)).toMatchObject({ accepted: 0, expired: 1 });
    expect(system.hook.counts().received).toBe(0);
  } finally {
    await late.close();
  }
}, 60_000);
