import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startTestRedis } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { connectRedis } from '../src/index.ts';

function hasOpenssl(): boolean {
  try {
    return execFileSync('openssl', ['version']).length > 0;
  } catch {
    return false;
  }
}

/** A CA, and a certificate of it that serves for both sides. */
async function makeCertificates(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  await writeFile(at('san'), 'subjectAltName=IP:127.0.0.1\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', '/CN=ca', '-days', '2');
  openssl('req', ...key, '-keyout', at('key.pem'), '-out', at('csr.pem'), '-subj', '/CN=redis');
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('san'), '-days', '2'];
  openssl('x509', '-req', '-in', at('csr.pem'), ...signed, '-out', at('cert.pem'));
}

(hasOpenssl() ? test : test.skip)('TLS with a private CA, a client certificate and a user of the ACL', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fanfare-tls-'));
  await makeCertificates(folder);
  const [port] = (await freePorts(1)) as [number];
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca];
  await using own = await startTestRedis({ args: ['--tls-port', String(port), ...files] });
  await own.redis.acl('SETUSER', 'fanfare', 'on', '>p@ss', '~*', '&*', '+@all', '-@dangerous', '+info', '+config|get');
  const url = `rediss://fanfare:p%40ss@127.0.0.1:${port}`;
  const redis = await connectRedis(`${url}?ca=${ca}&cert=${cert}&key=${key}`, 'request', () => {});
  expect(await redis.acl('WHOAMI').catch((error: Error) => error.message)).toMatch('fanfare');
  expect(await redis.set('kept', 'yes')).toBe('OK');
  redis.disconnect();
  const errors: string[] = [];
  const stranger = await connectRedis(`${url}?ca=${ca}`, 'request', ({ message }) => errors.push(message), 1000);
  await expect(stranger.get('kept')).rejects.toThrow();
  stranger.disconnect();
  await rm(folder, { recursive: true });
});
