import type { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { selfSigned } from '../support/certificate.ts';
import { type Endpoint, startEndpoint, startTcp } from '../support/endpoint.ts';
import { sendTo, startProvider } from '../support/provider.ts';
import { aCredential, aPush } from '../support/push.ts';

const urlOf = ({ port }: Endpoint): string => `http://127.0.0.1:${port}/hook`;

/** A server that answers each request on a connection with these pieces, one after the other. */
const answering = (...pieces: (string | 'end' | 'reset')[]): Promise<Endpoint> =>
  startTcp((socket) => {
    socket.setNoDelay();
    socket.on('data', () => void say(socket, pieces));
  });

async function say(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    if (piece === 'end') socket.end();
    else if (piece === 'reset') socket.resetAndDestroy();
    else socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('unsolicited interim answers change nothing', () => {
  test.each<[string, string[]]>([
    ['100 Continue at once with the answer', [CONTINUE + OK]],
    ['100 Continue before the answer', [CONTINUE, OK]],
    ['100 Continue with headers', ['HTTP/1.1 100 Continue\r\nx-a: b\r\n\r\n', OK]],
    ['100 Continue byte by byte', [...CONTINUE, OK]],
    ['several of them', [CONTINUE + CONTINUE, `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${CONTINUE}`, OK]],
    [
      'an answer whose beginning comes in pieces',
      [`${CONTINUE}HTT`, 'P/1.1 2', '00 OK\r\ncontent-length: 2\r\n\r\nok'],
    ],
  ])('%s', async (_what, pieces) => {
    await using endpoint = await answering(...pieces);
    await using provider = startProvider({ connectionsPerOrigin: 1 });
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await provider.send(aPush(), aCredential(urlOf(endpoint)))).toEqual({ kind: 'accepted' });
    }
    expect(endpoint.connections()).toBe(1);
  });

  test('nor do they before a refusal, whose message is still read', async () => {
    const words = '{"message":"slow down"}';
    await using endpoint = await answering(
      CONTINUE,
      `HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: ${words.length}\r\n\r\n${words}`,
    );
    const throttled = { kind: 'throttled', retryAfterMs: 7000, reason: 'http_429', detail: 'slow down' };
    expect(await sendTo(urlOf(endpoint))).toEqual(throttled);
  });

  test('nor do they over TLS', async () => {
    const identity = selfSigned(['127.0.0.1']);
    await using endpoint = await startEndpoint((response) => {
      response.writeContinue();
      response.end('ok');
    }, identity);
    expect(await sendTo(endpoint.url, { options: { extraCa: identity.cert } })).toEqual({ kind: 'accepted' });
    expect(endpoint.received).toHaveLength(1);
  });
});

describe('a request is not sent again when its answer is malformed after the status', () => {
  test.each<[string, string[]]>([
    ['closed in the middle of the body', ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', 'end']],
    ['reset in the middle of the body', ['HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', 'reset']],
    ['with a broken chunk', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok']],
    ['with a header that is none', ['HTTP/1.1 200 OK\r\nno header\r\n\r\n']],
    ['with two lengths', ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok']],
    ['with too many headers', [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`]],
    ['closed in the middle of the headers', ['HTTP/1.1 200 OK\r\ncontent-', 'end']],
    ['reset in the middle of the headers', ['HTTP/1.1 200 OK\r\ncontent-', 'reset']],
    ['that follows an interim answer and is closed', [CONTINUE, 'HTTP/1.1 200 OK\r\ncontent-', 'end']],
  ])('a 200 %s is accepted', async (_what, pieces) => {
    await using endpoint = await answering(...pieces);
    expect(await sendTo(urlOf(endpoint))).toEqual({ kind: 'accepted' });
    expect(endpoint.connections()).toBe(1);
  });

  test.each([
    ['400 Bad Request', { kind: 'rejected', reason: 'http_400' }],
    ['503 Service Unavailable', { kind: 'retryable', reason: 'http_503' }],
  ])('a %s that breaks off counts by its status', async (status, outcome) => {
    await using endpoint = await answering(`HTTP/1.1 ${status}\r\ncontent-length: 10\r\n\r\nhalf`, 'end');
    expect(await sendTo(urlOf(endpoint))).toEqual(outcome);
  });

  test('the status of one answer does not count for the next request', async () => {
    let requests = 0;
    await using endpoint = await startTcp((socket) => {
      socket.on('data', () => {
        requests += 1;
        if (requests === 1) socket.write(OK);
        else socket.resetAndDestroy();
      });
    });
    await using provider = startProvider({ connectionsPerOrigin: 1 });
    const send = () => provider.send(aPush(), aCredential(urlOf(endpoint)));
    expect(await send()).toEqual({ kind: 'accepted' });
    expect(await send()).toMatchObject({ kind: 'retryable', reason: 'connection_reset' });
  });
});
