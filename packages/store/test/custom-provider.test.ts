import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  createApp,
  createSecretBox,
  deleteApp,
  deleteCustomProvider,
  disableCustomProvider,
  readApp,
  readCustomProvider,
  viewCustomProvider,
  writeCustomProvider,
} from '../src/index.ts';
import { everything, privateRedis } from './private-redis.ts';

const { redis } = await privateRedis();

const box = createSecretBox(Buffer.alloc(32, 7).toString('base64'));
const NOW = 1_741_847_453_000;
const PASSWORD = 'correct-horse-battery';
const SECRET = 'whsec_bmV3LXNlY3JldC1vZi10aGUtb3BlcmF0b3I=';
const OLD_SECRET = 'whsec_b2xkLXNlY3JldC1vZi10aGUtb3BlcmF0b3I=';
const PLAIN = { isEnabled: true, webhookURL: 'https://example.com/push' };
const FULL = { ...PLAIN, basicAuth: { username: 'fanfare', password: PASSWORD }, signingSecret: SECRET };

beforeEach(async () => {
  const app = { name: 'App', region: 'us', pushEnabled: true, createdAt: NOW };
  for (const appId of ['demo', 'other']) await createApp(redis, { appId, ...app });
});

const write = (config: Parameters<typeof writeCustomProvider>[3]) => writeCustomProvider(redis, box, 'demo', config);
const read = (now = NOW) => readCustomProvider(redis, box, 'demo', now);
const view = () => viewCustomProvider(redis, 'demo');
const version = async () => (await readApp(redis, 'demo'))?.version;

describe('the custom provider', () => {
  test('does not exist until it is configured, nor after it is deleted', async () => {
    expect([await read(), await view(), await deleteCustomProvider(redis, 'demo')]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    await write(FULL);
    expect(await deleteCustomProvider(redis, 'demo')).toBe(true);
    expect([await read(), await view()]).toEqual([undefined, undefined]);
  });

  test('of a deleted app cannot be written, and does not bring it back', async () => {
    expect(await write(FULL)).toBe(true);
    for (const appId of ['demo', 'other']) await deleteApp(redis, appId);
    expect(await write(FULL)).toBe(false);
    expect(await everything(redis)).toEqual({});
  });

  test('is read by senders with all its secrets', async () => {
    await write(FULL);
    const { signingSecret: _one, ...rest } = FULL;
    expect(await read()).toEqual({ ...rest, signingSecrets: [SECRET] });
  });

  test('without secrets has none, and is unsigned', async () => {
    await write(PLAIN);
    expect(await read()).toEqual({ ...PLAIN, signingSecrets: [] });
    expect(await view()).toEqual({ providerId: 'custom', ...PLAIN, useBasicAuth: false, signed: false });
  });

  test('is shown without its secrets', async () => {
    await write(FULL);
    const shown = { providerId: 'custom', ...PLAIN, useBasicAuth: true, basicAuthUsername: 'fanfare', signed: true };
    expect(await view()).toEqual(shown);
  });

  test('belongs to its app only', async () => {
    await write(FULL);
    expect(await readCustomProvider(redis, box, 'other', NOW)).toBeUndefined();
  });

  test('raises the version of the app with every change, so that workers notice', async () => {
    const versions = [await version()];
    for (const change of [
      () => write(FULL),
      () => disableCustomProvider(redis, 'demo', FULL.webhookURL, { reason: 'HTTP 410', at: NOW }),
      () => write(PLAIN),
      () => deleteCustomProvider(redis, 'demo'),
    ]) {
      await change();
      versions.push(await version());
    }
    const [first = 0] = versions;
    expect(versions).toEqual([0, 1, 2, 3, 4].map((changes) => first + changes));
  });
});

describe('its secrets', () => {
  test('are nowhere in Redis', async () => {
    await write({ ...FULL, previousSecret: { secret: OLD_SECRET, until: NOW + 1000 } });
    const stored = JSON.stringify(Object.entries(await everything(redis)));
    expect(stored).toContain('https://example.com/push');
    for (const secret of [PASSWORD, SECRET.slice(6), OLD_SECRET.slice(6)]) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('base64url'));
    }
  });

  test('do not decrypt for another app, even when copied there', async () => {
    await write(FULL);
    const stolen = (await redis.hget('app:{demo}', 'p:custom')) as string;
    await redis.hset('app:{other}', 'p:custom', stolen);
    await expect(readCustomProvider(redis, box, 'other', NOW)).rejects.toThrow();
    expect(await read()).toMatchObject({ basicAuth: { password: PASSWORD } });
  });

  test('do not decrypt with another master key', async () => {
    await write(FULL);
    const stranger = createSecretBox(Buffer.alloc(32, 8).toString('base64'));
    await expect(readCustomProvider(redis, stranger, 'demo', NOW)).rejects.toThrow('not configured');
  });

  test('are two during a rotation, the new one first, until the given time', async () => {
    await write({ ...FULL, previousSecret: { secret: OLD_SECRET, until: NOW + 1000 } });
    const secretsAt = async (now: number) => (await read(now))?.signingSecrets;
    expect(await secretsAt(NOW)).toEqual([SECRET, OLD_SECRET]);
    expect(await secretsAt(NOW + 999)).toEqual([SECRET, OLD_SECRET]);
    expect(await secretsAt(NOW + 1000)).toEqual([SECRET]);
  });

  test('that are removed are gone', async () => {
    await write(PLAIN);
    expect(await read()).toEqual({ ...PLAIN, signingSecrets: [] });
  });
});

describe('switching it off', () => {
  test('by the operator keeps the configuration', async () => {
    await write({ ...FULL, isEnabled: false });
    expect(await read()).toMatchObject({ isEnabled: false, webhookURL: PLAIN.webhookURL });
    expect(await view()).not.toHaveProperty('disabled');
  });

  test('by the system says why and when', async () => {
    await write(FULL);
    await disableCustomProvider(redis, 'demo', FULL.webhookURL, { reason: 'the endpoint answered 410 Gone', at: NOW });
    expect(await read()).toMatchObject({ isEnabled: false, basicAuth: { password: PASSWORD } });
    const disabled = { reason: 'the endpoint answered 410 Gone', at: NOW };
    expect(await view()).toMatchObject({ isEnabled: false, disabled });
  });

  test('by the system ends when the operator writes it again', async () => {
    await write(FULL);
    await disableCustomProvider(redis, 'demo', FULL.webhookURL, { reason: 'the endpoint answered 410 Gone', at: NOW });
    await write(FULL);
    expect(await read()).toMatchObject({ isEnabled: true });
    expect(await view()).not.toHaveProperty('disabled');
  });

  test('by the system is forgotten when it is deleted', async () => {
    await write(FULL);
    await disableCustomProvider(redis, 'demo', FULL.webhookURL, { reason: 'the endpoint answered 410 Gone', at: NOW });
    await deleteCustomProvider(redis, 'demo');
    await write(FULL);
    expect(await read()).toMatchObject({ isEnabled: true });
  });
});
