import { readdirSync, readFileSync } from 'node:fs';
import * as consoleApp from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as sender from '@fanfare/sender/app';
import { limitMemory, until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ANDROID, addPushProviders, IPHONE, logIn, register } from '../support/devices.ts';
import { aCall, aGroupMessage, aMessage } from '../support/events.ts';
import { ExpressionTable } from '../support/expression-table.ts';
import { has } from '../support/has.ts';
import { MONITORING, type PrometheusServer, startPrometheus } from '../support/prometheus.ts';
import { BASIC_AUTH, type System, startSystem } from '../support/system.ts';

const hasPrometheus = has('prometheus', 'dashboards and alerts are not evaluated');

/** Every query of every dashboard, as Grafana would ask it. */
const QUERIES = readdirSync(`${MONITORING}/grafana/dashboards`).flatMap((file) => {
  const { panels } = JSON.parse(readFileSync(`${MONITORING}/grafana/dashboards/${file}`, 'utf8'));
  const targets = panels.flatMap((panel: { targets: { expr: string }[] }) => panel.targets);
  return targets.map(({ expr }: { expr: string }) => expr.replaceAll('$__rate_interval', '1m'));
}) as string[];

/** What KEDA asks for each of what it scales, by its name. */
const SCALING = new Map(
  ['fanout', 'sender-fcm', 'sender-apns', 'sender-custom'].map((name) => {
    const file = `${MONITORING}/../k8s/components/keda-prometheus/${name}.yaml`;
    const { triggers } = parse(readFileSync(file, 'utf8')).spec as { triggers: { metadata: { query: string } }[] };
    return [name, triggers.map(({ metadata }) => metadata.query)] as const;
  }),
);

const RULES = parse(readFileSync(`${MONITORING}/rules/alerts.yml`, 'utf8')).groups[0].rules as {
  expr: string;
  /** Missing in what alerts are made of. */
  alert?: string;
}[];
const ALERTS = RULES.flatMap(({ alert, expr }) => (alert === undefined ? [] : [{ alert, expr }]));

/** Whether this machine is slow is not the subject. */
const JUDGED = ALERTS.filter(({ alert }) => alert !== 'FanfareLoopLag');

test('every alert can be evaluated and every panel shows data, and in each fault the right alerts fire', async () => {
  if (!hasPrometheus) return;
  await using system = await startSystem({ apps: [], env: { BULK_AUDIENCE: '1' } });
  await using planner = closing(await fanout.start(fanout.readConfig(system.env)));
  await using sending = closing(await sender.start(sender.readConfig(system.env)));
  const consoleEnv = { ...system.env, CONSOLE_PASSWORD: 'a password' };
  await using page = closing(await consoleApp.start(consoleApp.readConfig(consoleEnv)));
  const ports = { ingest: system.metricsPort, fanout: planner.metricsPort, sender: sending.metricsPort };
  await using prometheus = await startPrometheus({ ...ports, console: page.metricsPort });
  await prepare(system);
  await load(system);
  await until(async () => (await prometheus.query('count(up == 1)'))[0]?.value === 4, 'all are scraped');
  await load(system);
  await until(async () => (await withoutData(prometheus)).length === 0, 'all panels show data', {
    timeoutMs: 30_000,
  }).catch(async () => {
    expect(await withoutData(prometheus)).toEqual([]);
  });

  const table = new ExpressionTable([
    ...JUDGED.map(({ alert, expr }) => ({ name: alert, expr })),
    ...QUERIES.map((expr) => ({ name: expr, expr })),
  ]);
  const seen: string[] = [];
  const fire = async (fault: string, expected: string[]) => {
    const names = new Set(expected.map((name) => `Fanfare${name}`));
    await until(async () => same(await firing(prometheus), names), fault, { timeoutMs: 30_000 }).catch(async () => {
      expect({ fault, firing: await firing(prometheus) }).toEqual({ fault, firing: names });
    });
    await table.add(fault, prometheus);
    seen.push(`${fault}: ${expected.join(', ') || 'none'}`);
  };
  const { redis } = system.redis;
  await fire('under load', []);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await fire('Redis may evict', ['RedisUnsafe']);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await limitMemory(redis, 0.72);
  await fire('Redis is full', ['RedisMemory', 'Refusing']);
  await redis.config('SET', 'maxmemory', '0');
  await fire('Redis has room again', []);
  system.hook.configure({ basicAuth: BASIC_AUTH, behaviour: { status: 503 } });
  await system.backend.post(
    '/v3/events',
    Array.from({ length: 30 }, () => aMessage({ conversation: { type: 'user', id: 'carol' } })),
  );
  await fire('a webhook answers 503', ['BreakerOpen']);
  // A busy system keeps its processes (2 at least, of 2 events of bulk each) and gets no more; other senders scale out.
  await system.backend.post(
    '/v3/events',
    Array.from({ length: 10 }, () => aGroupMessage('team')),
  );
  const bulk = async (name: string) => (await asked(prometheus, name))[4];
  await until(async () => (await bulk('sender-fcm')) === 10, 'senders of FCM are asked for by all that is open');
  expect([await bulk('sender-custom'), await bulk('fanout')]).toEqual([4, 4]);
  expect(await asked(prometheus, 'sender-custom')).not.toContain(undefined);
  expect((await asked(prometheus, 'sender-custom'))[2]).toBe(30);
  system.hooks.apns.setFaults({ badCredential: true });
  await system.backend.post('/v3/events', aMessage());
  await fire('and a credential is refused', ['BreakerOpen', 'CredentialFailing']);
  await sending.close();
  await fire('and all senders are dead', ['BreakerOpen', 'CredentialFailing', 'NoWorkers', 'Down']);
  process.stderr.write(`${table}\nalerts: ${seen.join('; ')}\n`);
}, 240_000);

/** Closes a part once: by the test, or at its end. */
function closing<T extends { close(): Promise<void> }>(part: T): T & AsyncDisposable {
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= part.close();
    return closed;
  };
  return { ...part, close, [Symbol.asyncDispose]: close };
}

async function prepare(system: System) {
  await addPushProviders(system);
  const bob = await logIn(system);
  await register(system, bob, ANDROID, IPHONE);
  const muted = { id: 'mallory', type: 'oneOnOne', until: null };
  await system.asUser(bob).put('/v3/notifications/v1/preferences/mute', { conversations: [muted] });
  await system.backend.put('/v3/groups/team', { name: 'Team' });
  await system.backend.post('/v3/groups/team/members', { participants: ['bob', 'carol', 'dave'] });
}

/** Events of all lanes, one of them to a user who has muted the sender. */
async function load({ backend, done }: System) {
  const muted = aMessage({ sender: { uid: 'mallory', name: 'Mallory' } });
  const events = [aCall(), aMessage(), muted, aGroupMessage('team')];
  await backend.post('/v3/events', events);
  for (const { id } of events) await done(id);
}

/** The queries that find nothing but NaN. */
async function withoutData(prometheus: PrometheusServer): Promise<string[]> {
  const found = await Promise.all(QUERIES.map((expr) => prometheus.query(expr)));
  return QUERIES.filter((_, i) => !found[i]?.some(({ value }) => !Number.isNaN(value)));
}

/** What KEDA is answered: one number for each query, or the trigger is in error. */
async function asked(prometheus: PrometheusServer, name: string): Promise<(number | undefined)[]> {
  const found = await Promise.all((SCALING.get(name) ?? []).map((query) => prometheus.query(query)));
  return found.map((samples) => (samples.length === 1 ? samples[0]?.value : undefined));
}

/** The alerts whose expressions hold now, however long they have. */
async function firing(prometheus: PrometheusServer): Promise<Set<string>> {
  const found = await Promise.all(JUDGED.map(({ expr }) => prometheus.query(expr)));
  return new Set(JUDGED.flatMap(({ alert }, i) => (found[i]?.length ? [alert] : [])));
}

const same = (a: Set<string>, b: Set<string>): boolean => a.size === b.size && [...a].every((one) => b.has(one));
