import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import type { Simulator } from '../src/app.ts';
import { aFolder } from './cleanups.ts';
import { aSimulator } from './setup.ts';
import { outputOf, testIf } from './test-if.ts';

const run = promisify(execFile);
const PROJECT = 'judged';
const TOPIC = 'com.example.chat';
const DEVICE = 'a1'.repeat(32);

const curlSpeaksHttp2 = outputOf('curl', '--version').includes('HTTP2');

/** curl to a simulator it trusts; prints the body, the status and the HTTP version. */
async function curl(simulator: Simulator, path: string, ...args: string[]): Promise<string> {
  const ca = join(await aFolder(), 'ca.pem');
  await writeFile(ca, simulator.caPem);
  const url = `https://localhost:${simulator.tlsPort}${path}`;
  const { stdout } = await run('curl', [
    '-sS',
    '--noproxy',
    '*',
    '--cacert',
    ca,
    '-w',
    ' %{http_code} %{http_version}',
    ...args,
    url,
  ]);
  return stdout;
}

testIf(curlSpeaksHttp2, 'no curl with HTTP/2')(
  'curl trusts the certificate and pushes to APNs over HTTP/2',
  async () => {
    const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
    const jwt = [
      { alg: 'ES256', kid: 'K' },
      { iss: 'T', iat: Math.floor(Date.now() / 1_000) },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const headers = ['-H', `authorization: bearer ${jwt}.c2ln`, '-H', `apns-topic: ${TOPIC}`];
    const push = ['--http2', '-d', '{"aps":{"alert":"hi"}}', ...headers];
    expect(await curl(simulator, `/3/device/${DEVICE}`, ...push)).toBe(' 200 2');
    expect(await curl(simulator, '/3/device/tok_bad', ...push)).toBe('{"reason":"BadDeviceToken"} 400 2');
  },
);

testIf(curlSpeaksHttp2, 'no curl with HTTP/2')('curl sends to FCM over both versions of HTTP', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
  const send = ['-d', '{"message":{"token":"a-registration-token"}}', '-H', 'authorization: Bearer x'];
  for (const [flag, version] of [
    ['--http1.1', '1.1'],
    ['--http2', '2'],
  ] as const) {
    const printed = await curl(simulator, `/v1/projects/${PROJECT}/messages:send`, flag, ...send);
    expect(printed).toMatch(new RegExp(`"name": "projects/judged/messages/[^"]+"\\n}\\n 200 ${version}$`));
  }
});

testIf(outputOf('h2load', '--version') !== '', 'no h2load')('h2load loses no request', async () => {
  const simulator = await aSimulator({ SIMULATOR_TRUST_ANY: 'true' });
  const body = join(await aFolder(), 'body.json');
  await writeFile(body, '{"message":{"token":"a-registration-token"}}');
  const url = `https://localhost:${simulator.tlsPort}/v1/projects/${PROJECT}/messages:send`;
  const { stdout } = await run('h2load', [
    '-n',
    '500',
    '-c',
    '2',
    '-m',
    '50',
    '-d',
    body,
    '-H',
    'authorization: Bearer x',
    url,
  ]);
  expect(stdout).toContain('500 succeeded, 0 failed');
  expect(simulator.fcm.counts()).toMatchObject({ received: 500, answered: { 200: 500 } });
});
