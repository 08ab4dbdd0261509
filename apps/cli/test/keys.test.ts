import { randomBytes } from 'node:crypto';
import {
  AppCache,
  changeSettings,
  createApp,
  createMembershipBox,
  createSecretBox,
  deriveMembershipKey,
  sealMembershipSecret,
  writeCustomProvider,
  writePushProvider,
} from '@fanfare/store';
import { startTestRedis } from '@fanfare/testkit';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { keys } from '../src/keys/keys.ts';

const own = await startTestRedis();
const { redis } = own;
afterAll(() => own[Symbol.asyncDispose]());

const byText = (a: string, b: string) => a.localeCompare(b);
const newKey = () => randomBytes(32).toString('base64');
const [OLD, NEW] = [newKey(), newKey()];

/** What a run of the command prints, and its exit code. */
async function run(action: 'derive' | 'reseal', env: Record<string, string>, json = false) {
  const lines: string[] = [];
  const output = { out: (line: string) => lines.push(line), error: (line: string) => lines.push(`! ${line}`) };
  const code = await keys(action, { json }, env, output);
  return { code, lines };
}

/** An app with one secret of each kind, on this master key. */
async function appOn(master: string, appId = 'demo'): Promise<void> {
  const box = createSecretBox(master);
  await createApp(redis, { appId, name: 'Demo', region: 'us', pushEnabled: true, createdAt: 1 });
  const webhook = { isEnabled: true, webhookURL: 'https://acme.com/', signingSecret: 'whsec_webhook' };
  await writeCustomProvider(redis, box, appId, webhook as never);
  await writePushProvider(redis, box, appId, 'fcm', { credential: { id: 'fcm-1', key: 'pem' } as never, shown: {} });
  const secret = sealMembershipSecret(createMembershipBox(master), appId, 'whsec_members');
  await changeSettings(redis, appId, { membership: { url: 'https://acme.com/members' } }, secret);
}

const read = async (boxes: object) => new AppCache(redis, { ...boxes, now: Date.now }).get('demo', 0);

beforeEach(() => redis.flushall());

describe('fanfare keys derive', () => {
  test('prints a key that opens the secrets of membership sources, and no others', async () => {
    await appOn(OLD);
    const { code, lines } = await run('derive', { FANFARE_MASTER_KEY: OLD });
    expect([code, lines]).toEqual([0, [deriveMembershipKey(OLD)]]);
    const membershipBox = createSecretBox(lines[0] as string);
    const app = await read({ box: membershipBox, membershipBox });
    expect(app?.membership).toEqual({ url: 'https://acme.com/members', secret: 'whsec_members' });
    expect(() => app?.custom).toThrow('is not configured');
    expect(() => app?.credential('fcm', 'fcm-1')).toThrow('is not configured');
  });

  test('--json prints the key as membershipKey', async () => {
    const { code, lines } = await run('derive', { FANFARE_MASTER_KEY: OLD }, true);
    expect([code, lines]).toEqual([0, [JSON.stringify({ membershipKey: deriveMembershipKey(OLD) })]]);
  });

  test('says what is missing, and prints no key', async () => {
    expect(await run('derive', { FANFARE_MASTER_KEY: 'short' })).toMatchObject({ code: 2 });
    expect((await run('derive', { FANFARE_MASTER_KEY: 'short' })).lines.join()).not.toContain('short');
  });
});

describe('fanfare keys reseal', () => {
  const ROTATING = { REDIS_URL: own.url, FANFARE_MASTER_KEY: NEW, FANFARE_MASTER_KEY_PREVIOUS: OLD };

  test('puts every secret on the new key, says which were on the old one, and then that it is not needed', async () => {
    await appOn(OLD);
    const { code, lines } = await run('reseal', ROTATING);
    expect(code).toBe(0);
    expect(lines.slice(0, 3).sort(byText)).toEqual(
      ['custom', 'fcm fcm-1', 'membership'].map((what) => `demo: ${what} was on another key, now on the current one`),
    );
    expect(lines.slice(3)).toEqual([
      '3 resealed, 0 already on the current key, 0 unreadable',
      'FANFARE_MASTER_KEY_PREVIOUS is no longer needed.',
    ]);
    const app = await read({ box: createSecretBox(NEW), membershipBox: createSecretBox(deriveMembershipKey(NEW)) });
    expect(app?.custom).toMatchObject({ signingSecrets: ['whsec_webhook'] });
    expect(app?.credential('fcm', 'fcm-1')).toEqual({ id: 'fcm-1', key: 'pem' });
    expect(app?.membership?.secret).toBe('whsec_members');
    expect((await run('reseal', { ...ROTATING, FANFARE_MASTER_KEY_PREVIOUS: '' })).lines[0]).toBe(
      '0 resealed, 3 already on the current key, 0 unreadable',
    );
  });

  test('moves a membership secret from the master key itself to the key of its own', async () => {
    await appOn(OLD);
    const before = sealMembershipSecret(createSecretBox(OLD), 'demo', 'whsec_before');
    await changeSettings(redis, 'demo', { membership: { url: 'https://acme.com/members' } }, before);
    const { code, lines } = await run('reseal', { REDIS_URL: own.url, FANFARE_MASTER_KEY: OLD });
    expect([code, lines[0]]).toEqual([0, 'demo: membership was on another key, now on the current one']);
    const app = await read({ membershipBox: createSecretBox(deriveMembershipKey(OLD)) });
    expect(app?.membership?.secret).toBe('whsec_before');
  });

  test('names what no key opens, leaves it as it is, and exits with 1', async () => {
    await appOn(newKey());
    await appOn(OLD, 'other');
    const { code, lines } = await run('reseal', ROTATING);
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('!')).sort(byText)).toEqual(
      ['custom', 'fcm fcm-1', 'membership'].map((what) => `! demo: ${what} is on a key that is not configured`),
    );
    expect(lines.at(-1)).toBe('3 resealed, 0 already on the current key, 3 unreadable');
    expect(lines.join()).not.toContain('whsec');
  });

  test('says in one line that Redis cannot be reached', async () => {
    const REDIS_URL = 'redis://127.0.0.1:1';
    const { code, lines } = await run('reseal', { ...ROTATING, REDIS_URL });
    expect([code, lines]).toEqual([2, [expect.stringContaining('! Redis cannot be reached')]]);
    expect(lines[0]).toContain('ECONNREFUSED');
  });

  test('--json counts the secrets and lists those that were on another key', async () => {
    await appOn(newKey());
    await appOn(OLD, 'other');
    const { code, lines } = await run('reseal', ROTATING, true);
    expect([code, lines.length]).toEqual([1, 1]);
    const { secrets, ...counts } = JSON.parse(lines[0] as string);
    expect(counts).toEqual({ resealed: 3, current: 0, unreadable: 3 });
    expect(secrets).toHaveLength(6);
    expect(secrets).toContainEqual({ appId: 'demo', secret: 'fcm fcm-1', outcome: 'unreadable' });
    expect(secrets).toContainEqual({ appId: 'other', secret: 'membership', outcome: 'resealed' });
  });
});
