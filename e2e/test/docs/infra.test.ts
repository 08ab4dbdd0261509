import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fanfareConsole from '@fanfare/console/app';
import * as fanout from '@fanfare/fanout/app';
import * as ingest from '@fanfare/ingest/app';
import * as sender from '@fanfare/sender/app';
import { expect, test } from '@jest/globals';
import { ScaledObject, TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { type Container, Namespace, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { aCall, aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

/** There may be no Kubernetes and no systemd where this runs: their files are held to their schemas and to the code. */

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const apps = { ingest, fanout, sender, console: fanfareConsole };
const MODELS = {
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  Namespace,
  Service,
  ScaledObject,
  TriggerAuthentication,
};

interface PodMonitor {
  spec: { podMetricsEndpoints: [{ port: string; relabelings: [{ regex: string }] }] };
}

type Resource = { apiVersion: string; kind: string; metadata: { name: string } };

const resourcesOf = (folder: string): Resource[] =>
  (read(folder, 'kustomization.yaml') as { resources: string[] }).resources.flatMap((file) =>
    parseAllDocuments(readFileSync(join(ROOT, 'infra/k8s', folder, file), 'utf8')).map((each) => each.toJS()),
  );
const read = (folder: string, file: string) => parse(readFileSync(join(ROOT, 'infra/k8s', folder, file), 'utf8'));

const base = resourcesOf('base');
const scaling = resourcesOf('components/keda-redis');
const scalingByMetrics = resourcesOf('components/keda-prometheus');
const deployments = base.filter(({ kind }) => kind === 'Deployment') as unknown as IDeployment[];
const containers = deployments.map((each) => {
  const [container] = each.spec?.template.spec?.containers ?? [];
  return [each.metadata?.name ?? '', container as Container] as const;
});

test.each([...base, ...scaling, ...scalingByMetrics].map((each) => [each.kind, each.metadata.name, each] as const))(
  '%s %s is valid by the schema of its kind',
  (kind, _name, resource) => {
    const model = new MODELS[kind as keyof typeof MODELS](resource as never);
    expect(model.apiVersion).toBe(resource.apiVersion);
    expect(() => model.validate()).not.toThrow();
  },
);

test('the schemas are those of Kubernetes: a mistake is found', () => {
  const [ingest] = deployments as [IDeployment];
  const wrong = { ...ingest, spec: { ...ingest.spec, replicas: 'two' } };
  expect(() => new Deployment(wrong as never).validate()).toThrow('/spec/replicas');
});

const FOLDERS = ['base', 'components/keda-redis', 'components/keda-prometheus', 'components/monitoring'];

test('what a component adds is in the namespace of what it scales and monitors', () => {
  const namespaces = FOLDERS.map((folder) => (read(folder, 'kustomization.yaml') as { namespace?: string }).namespace);
  expect(namespaces).toEqual(FOLDERS.map(() => 'fanfare'));
});

test('the files of a folder are those of its kustomization', () => {
  for (const folder of FOLDERS) {
    const { resources } = read(folder, 'kustomization.yaml') as { resources: string[] };
    const files = readdirSync(join(ROOT, 'infra/k8s', folder)).filter((file) => file !== 'kustomization.yaml');
    expect(new Set(resources)).toEqual(new Set(files));
  }
});

test.each(containers)('%s: its command, variables, ports and probes are those of the app', (_name, container) => {
  const [, file = ''] = container.command ?? [];
  const app = appOf(file);
  expect(existsSync(join(ROOT, file))).toBe(true);
  const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? SECRETS[name] ?? '']));
  const { config, asked } = readConfig(app, env);
  expect(Object.keys(env).filter((name) => !asked.has(name))).toEqual([]);
  expect(String(config.PORT)).toBe(env.PORT);
  const ports = Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name, containerPort]));
  expect(ports).toEqual({ http: config.PORT, metrics: config.METRICS_PORT });
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  expect(probes.map((probe) => probe?.httpGet?.path)).toEqual(['/livez', '/livez', '/readyz']);
});

test('what is monitored has the names that rules go by', () => {
  const [pods, rules] = resourcesOf('components/monitoring') as unknown as [
    PodMonitor,
    { spec: { groups: unknown[] } },
  ];
  const [endpoint] = pods.spec.podMetricsEndpoints;
  const [{ regex }] = endpoint.relabelings;
  const jobs = containers.map(([name]) => new RegExp(`^${regex}$`).exec(name)?.[1]);
  expect(new Set(jobs)).toEqual(new Set(['ingest', 'fanout', 'sender', 'console']));
  expect(containers.every(([, { ports }]) => ports?.some(({ name }) => name === endpoint.port))).toBe(true);
  expect(rules.spec.groups.length).toBeGreaterThan(1);
});

test('only ingest and senders are given the master key', () => {
  const having = containers.filter(([, { env = [] }]) => env.some(({ name }) => name === 'FANFARE_MASTER_KEY'));
  expect(new Set(having.map(([name]) => name))).toEqual(
    new Set(['ingest', 'sender-fcm', 'sender-apns', 'sender-custom']),
  );
});

test('what the overlay sets are variables of an app', () => {
  const { configMapGenerator } = read('overlays/production', 'kustomization.yaml');
  const names = configMapGenerator.flatMap(({ literals }: { literals: string[] }) =>
    literals.map((literal) => literal.split('=')[0]),
  );
  const asked = new Set(Object.keys(apps).flatMap((app) => [...readConfig(app as keyof typeof apps, SECRETS).asked]));
  expect(names.filter((name: string) => !asked.has(name))).toEqual([]);
});

/**
 * What KEDA's redis scaler counts of a key, in our words: the length of a list, or the members of a sorted set.
 * https://keda.sh/docs/scalers/redis-lists
 */
const COUNT = `
local count = { list = 'LLEN', zset = 'ZCARD', set = 'SCARD', hash = 'HLEN', none = 'LLEN' }
return redis.call(count[redis.call('TYPE', KEYS[1]).ok], KEYS[1])`;

test('the keys that KEDA counts show the whole backlog of a lane, for each of what it scales', async () => {
  await using system = await startSystem({ apps: [] });
  const events = [...Array.from({ length: 30 }, () => aMessage()), ...Array.from({ length: 3 }, () => aCall())];
  const { body } = await system.backend.post('/v3/events', events);
  expect(body.data.events).toHaveLength(33);
  const scaled = scaling.filter(({ kind }) => kind === 'ScaledObject') as unknown as ScaledObject[];
  expect(scaled.map(({ spec }) => spec.scaleTargetRef.name)).toEqual(
    containers.map(([name]) => name).filter((name) => /^fanout|^sender/.test(name)),
  );
  for (const { spec } of scaled) {
    const keys = spec.triggers.map(({ metadata }) => metadata.listName as string);
    const counts = await Promise.all(keys.map((key) => system.redis.redis.eval(COUNT, 1, key)));
    expect(counts).toEqual([3, 30, 0]);
  }
});

/** What KEDA's redis scaler takes from a TriggerAuthentication. https://keda.sh/docs/2.15/scalers/redis-lists */
const PARAMETERS = ['address', 'host', 'port', 'username', 'password', 'tls', 'ca', 'cert', 'key', 'keyPassword'];

test('the patch for a Redis with TLS is valid, and names what KEDA knows', () => {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
  const [{ target, patch }] = parse(/```yaml\n(patches:.*?)```/s.exec(page)?.[1] ?? '').patches;
  const found = scaling.find(({ kind, metadata }) => kind === target.kind && metadata.name === target.name);
  const { spec } = structuredClone(found) as unknown as TriggerAuthentication;
  for (const { op, path, value } of parse(patch)) {
    expect([op, path]).toEqual(['add', '/spec/secretTargetRef/-']);
    spec.secretTargetRef?.push(value);
  }
  expect(() => new TriggerAuthentication({ metadata: found?.metadata, spec } as never).validate()).not.toThrow();
  const named = spec.secretTargetRef?.map(({ parameter }) => parameter) ?? [];
  expect(named).toEqual(['address', 'password', 'tls', 'ca']);
  expect(named.filter((name) => !PARAMETERS.includes(name))).toEqual([]);
});

test('KEDA scales the same by metrics, never to 0, and takes no metrics for an error', () => {
  const [byKeys, byMetrics] = [scaling, scalingByMetrics].map(
    (all) => all.filter(({ kind }) => kind === 'ScaledObject') as unknown as ScaledObject[],
  );
  const limitsOf = ({ spec: { scaleTargetRef, minReplicaCount, maxReplicaCount } }: ScaledObject) =>
    [scaleTargetRef.name, minReplicaCount, maxReplicaCount] as const;
  expect(byMetrics?.map(limitsOf)).toEqual(byKeys?.map(limitsOf));
  for (const { spec } of byMetrics ?? []) {
    expect(spec.minReplicaCount).toBeGreaterThan(0);
    expect(new Set(spec.triggers.map(({ metadata }) => metadata.ignoreNullValues))).toEqual(new Set(['false']));
  }
});

const units = readdirSync(join(ROOT, 'infra/systemd'));

test.each(units.filter((unit) => unit.endsWith('.service')))('%s starts what there is', (unit) => {
  const text = readFileSync(join(ROOT, 'infra/systemd', unit), 'utf8');
  const [, file = ''] = /^ExecStart=\S+ (\S+)$/m.exec(text) ?? [];
  expect(existsSync(join(ROOT, file))).toBe(true);
  const set = [...text.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name as string);
  const { asked } = readConfig(appOf(file), SECRETS);
  expect(set.filter((name) => !asked.has(name))).toEqual([]);
});

const analyze = '/usr/bin/systemd-analyze';
if (!existsSync(analyze)) process.stderr.write('Units are not checked by systemd: there is no systemd-analyze.\n');

(existsSync(analyze) ? test : test.skip)('systemd finds no mistake in its units', () => {
  const paths = units.map((unit) => join(ROOT, 'infra/systemd', unit));
  const { stderr } = spawnSync(analyze, ['verify', '--man=no', ...paths], { encoding: 'utf8' });
  const ofThisMachine = /\/usr\/bin\/node is not executable/;
  expect(stderr.split('\n').filter((line) => line.includes('fanfare') && !ofThisMachine.test(line))).toEqual([]);
});

/** Values of the right form for what an app requires. */
const SECRETS: Record<string, string> = {
  REDIS_URL: 'redis://localhost',
  FANFARE_ADMIN_KEY: 'an admin key for tests, long enough',
  FANFARE_MASTER_KEY: Buffer.alloc(32).toString('base64'),
  FANFARE_MEMBERSHIP_KEY: Buffer.alloc(32).toString('base64'),
  CONSOLE_PASSWORD: 'a password for tests',
};

/** `ingest` of `apps/ingest/dist/main.js`. */
function appOf(file: string): keyof typeof apps {
  const app = /^apps\/(\w+)\/dist\/main\.js$/.exec(file)?.[1] ?? '';
  if (!(app in apps)) throw new Error(`not an app of ours: ${file}`);
  return app as keyof typeof apps;
}

/** What an app reads from an environment, and the names it asks for. */
function readConfig(app: keyof typeof apps, env: Record<string, string>) {
  const asked = new Set<string>();
  const get = (target: Record<string, string>, name: string) => {
    asked.add(name);
    return target[name];
  };
  return { config: apps[app].readConfig(new Proxy(env, { get })), asked };
}
