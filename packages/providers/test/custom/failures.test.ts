import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { selfSigned } from '../support/certificate.ts';
import { type Endpoint, startEndpoint, startTcp } from '../support/endpoint.ts';
import { sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const urlOf = ({ port }: Endpoint, scheme = 'http'): string => `${scheme}://127.0.0.1:${port}/hook`;

/** A server that waits for a request and then does this with the connection. */
const onRequest = (act: (socket: Socket) => void): Promise<Endpoint> =>
  startTcp((socket) => socket.once('data', () => act(socket)));

async function unusedPort(): Promise<number> {
  await using endpoint = await startTcp(() => undefined);
  return endpoint.port;
}

describe('a connection that fails is retryable', () => {
  test('refused', async () => {
    const outcome = await sendTo(`http://127.0.0.1:${await unusedPort()}/`);
    expect(outcome).toEqual({ kind: 'retryable', reason: 'connection_refused', detail: 'ECONNREFUSED' });
  });

  test('refused on every address of a name', async () => {
    const lookup = async () => ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    const outcome = await sendTo(`http://hooks.acme.com:${await unusedPort()}/`, { options: { lookup } });
    expect(outcome).toEqual({ kind: 'retryable', reason: 'connection_refused', detail: 'ECONNREFUSED' });
  });

  test('reset before an answer', async () => {
    await using endpoint = await onRequest((socket) => socket.resetAndDestroy());
    const outcome = await sendTo(urlOf(endpoint));
    expect(outcome).toEqual({ kind: 'retryable', reason: 'connection_reset', detail: 'ECONNRESET' });
  });

  test('closed before an answer', async () => {
    await using endpoint = await onRequest((socket) => socket.end());
    const outcome = await sendTo(urlOf(endpoint));
    expect(outcome).toEqual({ kind: 'retryable', reason: 'connection_closed', detail: 'UND_ERR_SOCKET' });
    expect(endpoint.connections()).toBe(1);
  });

  test('the answer is not HTTP', async () => {
    await using endpoint = await onRequest((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    const outcome = { kind: 'retryable', reason: 'bad_response', detail: 'HTTPParserError' };
    expect(await sendTo(urlOf(endpoint))).toEqual(outcome);
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('the name is not found: %s', async (code) => {
    const lookup = () => Promise.reject(Object.assign(new Error('hooks.acme.com'), { code }));
    const outcome = await sendTo('http://hooks.acme.com/', { options: { lookup } });
    expect(outcome).toEqual({ kind: 'retryable', reason: 'dns_failure', detail: code });
  });

  test('the name has no address', async () => {
    const outcome = await sendTo('http://hooks.acme.com/', { options: { lookup: async () => [] } });
    expect(outcome).toEqual({ kind: 'retryable', reason: 'dns_failure', detail: 'ENOTFOUND' });
  });

  test('the provider is closed while the send waits, or before it', async () => {
    await using endpoint = await startEndpoint(() => undefined);
    const lookups: string[] = [];
    const lookup = (name: string) => {
      lookups.push(name);
      return new Promise<never>(() => undefined);
    };
    const provider = startProvider({ lookup });
    const sends = [endpoint.url, 'http://hooks.acme.com/'].map((url) => provider.send(aPush(), aCredential(url)));
    await provider.close();
    sends.push(provider.send(aPush(), aCredential(endpoint.url)));

    const closed = { kind: 'retryable', reason: 'closed', detail: 'UND_ERR_DESTROYED' };
    expect(await Promise.all(sends)).toEqual([closed, closed, closed]);
    expect(lookups).toEqual(['hooks.acme.com']);
  });
});

describe('over TLS', () => {
  test('a certificate signed by an extra authority is trusted', async () => {
    const identity = selfSigned(['hooks.acme.com']);
    await using endpoint = await startEndpoint((response) => response.end(), identity);
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    const options = { lookup, extraCa: identity.cert };
    expect(await sendTo(`https://hooks.acme.com:${endpoint.port}/`, { options })).toEqual({ kind: 'accepted' });
  });

  test.each([
    ['of no authority we trust', selfSigned(['127.0.0.1']), false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['that has expired', selfSigned(['127.0.0.1'], -30), true, 'CERT_HAS_EXPIRED'],
    ['for another host', selfSigned(['127.0.0.2']), true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('a certificate %s is retryable, and nothing is sent', async (_what, identity, trusted, detail) => {
    await using endpoint = await startEndpoint((response) => response.end(), identity);
    const outcome = await sendTo(endpoint.url, { options: trusted ? { extraCa: identity.cert } : {} });
    expect(outcome).toEqual({ kind: 'retryable', reason: 'tls_error', detail });
    expect(endpoint.received).toEqual([]);
  });

  test('a server that speaks plain HTTP is retryable', async () => {
    await using endpoint = await startEndpoint((response) => response.end());
    const outcome = await sendTo(urlOf(endpoint, 'https'));
    expect(outcome).toMatchObject({ kind: 'retryable', reason: 'tls_error' });
  });

  test.each(['', 'x', '-----BEGIN CERTIFICATE-----\nMAMBAf8=\n-----END CERTIFICATE-----'])(
    'an extra authority that is no certificate is a mistake of the operator: %j',
    (extraCa) => {
      expect(() => startProvider({ extraCa })).toThrow();
    },
  );
});
