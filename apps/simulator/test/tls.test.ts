import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, test } from '@jest/globals';
import { readConfig, type Simulator, start } from '../src/app.ts';
import { makeIdentity } from '../src/tls/certificate.ts';
import { aFolder } from './cleanups.ts';
import { connected, exchange } from './push-clients.ts';
import { aSimulator } from './setup.ts';
import { outputOf, testIf } from './test-if.ts';

const now = new Date('2026-11-21T12:00:00Z');

test('a certificate is valid for its names and addresses and for ten years', () => {
  const { caPem, certPem } = makeIdentity(['localhost', 'sim.example', '127.0.0.1', '::1', 'fe80::1:2'], now);
  const certificate = new X509Certificate(certPem);
  const authority = new X509Certificate(caPem);
  expect(authority.ca).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.verify(authority.publicKey)).toBe(true);
  for (const name of ['localhost', 'sim.example']) expect(certificate.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', 'fe80::1:2']) expect(certificate.checkIP(address)).toBe(address);
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(new Date(certificate.validFrom)).toEqual(new Date('2026-11-20T12:00:00Z'));
  expect(new Date(certificate.validTo)).toEqual(new Date('2036-11-18T12:00:00Z'));
});

testIf(outputOf('openssl', 'version') !== '', 'no openssl')(
  'openssl finds nothing wrong with it, looking strictly',
  async () => {
    const dir = await aFolder();
    const { caPem, certPem } = makeIdentity(['localhost'], new Date());
    const [ca, server] = [join(dir, 'ca.pem'), join(dir, 'server.pem')];
    await writeFile(ca, caPem);
    await writeFile(server, certPem);
    expect(outputOf('openssl', 'verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, server)).toContain(
      'OK',
    );
  },
);

test('with a folder, the certificate survives a restart, and only its owner can read its key', async () => {
  const dir = await aFolder();
  const env = { SIMULATOR_TLS_DIR: join(dir, 'tls') };
  const first = await aSimulator(env);
  expect(await readdir(env.SIMULATOR_TLS_DIR)).toEqual(['ca.pem', 'server-key.pem', 'server.pem']);
  expect(await readFile(join(env.SIMULATOR_TLS_DIR, 'ca.pem'), 'utf8')).toBe(first.caPem);
  expect((await stat(join(env.SIMULATOR_TLS_DIR, 'server-key.pem'))).mode & 0o777).toBe(0o600);
  const second = await aSimulator(env);
  expect(second.caPem).toBe(first.caPem);
  expect(await livesAt(second)).toBe(404);
});

test.each<[string, Record<string, string>, string]>([
  ['does not have a name that is asked for', { SIMULATOR_TLS_NAMES: 'simulator' }, ''],
  ['is no certificate', {}, 'nonsense'],
  ['is for another key', {}, makeIdentity(['localhost', '127.0.0.1', '::1'], new Date()).certPem],
])('a certificate that %s is replaced', async (_, env, text) => {
  const dir = await aFolder();
  const first = await aSimulator({ SIMULATOR_TLS_DIR: dir });
  if (text) await writeFile(join(dir, 'server.pem'), text);
  const second = await aSimulator({ SIMULATOR_TLS_DIR: dir, ...env });
  expect(second.caPem).not.toBe(first.caPem);
  expect(await livesAt(second)).toBe(404);
});

test('an unusable folder is an error with the code of the system', async () => {
  const dir = await aFolder();
  const file = join(dir, 'file');
  await writeFile(file, '');
  const started = start(readConfig({ PORT: '0', LOG_LEVEL: 'silent', SIMULATOR_TLS_DIR: join(file, 'x') }));
  await expect(started).rejects.toMatchObject({ code: 'ENOTDIR' });
});

const livesAt = async (simulator: Simulator) => (await exchange(connected(simulator), { ':path': '/' }, '')).status;

test('a client that does not trust the CA gets no connection', async () => {
  const simulator = await aSimulator();
  const socket = connect({ port: simulator.tlsPort, host: 'localhost' });
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
});

test.each([
  [['h2', 'http/1.1'], 'h2'],
  [['http/1.1'], 'http/1.1'],
  [[], false],
])('offered %j, the port chooses %j', async (ALPNProtocols, spoken) => {
  const simulator = await aSimulator();
  const socket = connect({ port: simulator.tlsPort, host: 'localhost', ca: simulator.caPem, ALPNProtocols });
  await once(socket, 'secureConnect');
  expect(socket.alpnProtocol).toBe(spoken);
  socket.destroy();
});

async function overHttp1(simulator: Simulator, path: string) {
  const outgoing = request(`${simulator.tlsUrl}${path}`, { method: 'POST', ca: simulator.caPem, agent: false });
  outgoing.end('{}');
  const [response] = await once(outgoing, 'response');
  return response.resume().statusCode as number;
}

test('APNs is not available over HTTP/1.1', async () => {
  expect(await overHttp1(await aSimulator(), '/3/device/tok_1')).toBe(505);
});

test('an unknown path is a 404 that lists the known ones', async () => {
  const simulator = await aSimulator();
  expect(await overHttp1(simulator, '/webhook')).toBe(404);
  const { status, text } = await exchange(connected(simulator), { ':path': '/token', ':method': 'PUT' }, '');
  expect(status).toBe(404);
  expect(text).toContain('POST /token');
});

test('a bug of the simulator is a 500 and a line in the log', async () => {
  const broken = () => {
    throw new Error('no clock');
  };
  const simulator = await aSimulator({}, { now: broken });
  const { status } = await exchange(connected(simulator), { ':path': '/3/device/tok_1' }, '{}');
  expect(status).toBe(500);
});

test('closing cuts a connection before its TLS handshake', async () => {
  const simulator = await aSimulator();
  const socket = connectTcp(simulator.tlsPort, '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await livesAt(simulator);
  await simulator.close();
  await closed;
});

test('a taken TLS port leaves nothing behind and has its own error code', async () => {
  const { tlsPort } = await aSimulator();
  const env = { PORT: '0', TLS_PORT: String(tlsPort), LOG_LEVEL: 'silent' };
  await expect(start(readConfig(env))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.each([
  [{}, 8_443],
  [{ PORT: '0' }, 0],
  [{ PORT: '0', TLS_PORT: '9443' }, 9_443],
  [{ TLS_PORT: '0' }, 0],
])('with %j the TLS port is %i', (env, tlsPort) => {
  expect(readConfig(env).tlsPort).toBe(tlsPort);
});
