import { randomBytes } from 'node:crypto';
import { readConfig } from '@fanfare/ingest/app';
import { describe, expect, test } from '@jest/globals';
import { getWithHost } from '../support/host-request.ts';
import { startSystem } from '../support/system.ts';

const FORWARDED = { host: 'inside:8080', 'x-forwarded-host': 'push.example.com:8443' };

/** What the settings say for a client whose request has these headers. */
async function settingsFor(env: Record<string, string>, headers: { host: string } & Record<string, string>) {
  await using system = await startSystem({ apps: [], env });
  const { status, body } = await getWithHost(system.url, '/v3/settings', { appid: 'app123', ...headers });
  return { status, error: body.error, ...body.data };
}

const hosts = (host: string, extensions = host) => ({
  CLIENT_API_HOST: host,
  ADMIN_API_HOST: host,
  EXTENSION_DOMAIN: extensions,
});

describe('the host the SDK is told to call', () => {
  test('is the one the client came by, not what it says a proxy saw', async () => {
    expect(await settingsFor({}, FORWARDED)).toMatchObject(hosts('inside:8080'));
  });
  test('is what a trusted proxy saw', async () => {
    expect(await settingsFor({ TRUST_PROXY: 'true' }, FORWARDED)).toMatchObject(hosts('push.example.com:8443'));
  });
  test('is the public URL’s where there is one', async () => {
    const env = { TRUST_PROXY: 'true', PUBLIC_URL: 'https://public.example.com' };
    expect(await settingsFor(env, FORWARDED)).toMatchObject(hosts('public.example.com'));
    const withPort = { PUBLIC_URL: 'https://public.example.com:9443/', EXTENSION_DOMAIN: 'ext.example.com' };
    expect(await settingsFor(withPort, { host: 'inside:8080' })).toMatchObject(
      hosts('public.example.com:9443', 'ext.example.com'),
    );
  });
  test('is none that is no host', async () => {
    const answer = await settingsFor(
      { TRUST_PROXY: 'true' },
      { host: 'inside:8080', 'x-forwarded-host': 'evil.example/path?' },
    );
    expect(answer).toMatchObject({ status: 400, error: { code: 'ERR_BAD_REQUEST' } });
  });
});

test.each([
  ['PUBLIC_URL', 'https://example.com/v3'],
  ['PUBLIC_URL', 'ftp://example.com'],
  ['PUBLIC_URL', 'example.com'],
  ['EXTENSION_DOMAIN', 'https://example.com'],
  ['CORS_ORIGINS', 'https://example.com/'],
  ['CORS_ORIGINS', 'example.com'],
  ['REQUESTS_PER_MINUTE_PER_KEY', '-1'],
])('%s=%s is refused at the start', (name, value) => {
  const env = {
    REDIS_URL: 'redis://localhost',
    FANFARE_ADMIN_KEY: 'an admin key for tests, long enough',
    FANFARE_MASTER_KEY: randomBytes(32).toString('base64'),
  };
  expect(() => readConfig({ ...env, [name]: value })).toThrow(`${name}: `);
  expect(() => readConfig(env)).not.toThrow();
});
