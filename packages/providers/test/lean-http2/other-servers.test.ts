import { expect, test } from '@jest/globals';
import type { PoolResult } from '../../src/http2/result.ts';
import { describeWith, startNghttpd, startNginx } from '../support/other-servers.ts';
import { aRequest, numbers, startPool, statuses } from '../support/pool.ts';

const lean = (server: { origin: string; ca: string }) => startPool(server, { client: 'lean', maxSessions: 2 });

describeWith('nghttpd', () => {
  test.each<[what: string, options: string[]]>([
    ['as it is', []],
    ['that pads its frames', ['--padding=200']],
    ['that remembers no headers', ['--header-table-size=0', '--encoder-header-table-size=0']],
    ['that remembers few headers', ['--header-table-size=100', '--encoder-header-table-size=100']],
    ['with narrow windows', ['--window-bits=7', '--connection-window-bits=16']],
    ['with one stream at a time', ['--max-concurrent-streams=1']],
    ['with trailers', ['--trailer', 'x-trailer: yes']],
  ])('%s gets every body and sends it back', async (_what, options) => {
    await using server = await startNghttpd(...options);
    await using pool = lean(server);
    const bodies = numbers(200).map((n) => `${n} grüß dich 👋 `.repeat(Number(n) + 1));
    const results = await Promise.all(
      bodies.map((body, n) =>
        pool.request({
          path: '/push',
          headers: { 'x-n': String(n), 'x-same': 'same' },
          body: n % 2 ? body : Buffer.from(body),
        }),
      ),
    );
    expect(results.map((result) => result.ok && result.answer.body)).toEqual(bodies);
  });
});

describeWith('nginx', () => {
  test('answers, with the headers that we read', async () => {
    await using server = await startNginx('');
    await using pool = lean(server);
    const [answer, busy] = await Promise.all(
      ['/push', '/busy'].map((path) =>
        pool.request({ path, headers: { 'content-type': 'text/plain' }, body: 'hello' }),
      ),
    );
    expect(answer).toMatchObject({ ok: true, answer: { status: 200, body: '{"ok":true}' } });
    expect(busy).toMatchObject({ ok: true, answer: { status: 503, headers: { 'retry-after': '7' } } });
  });

  test('that says goodbye every 50 requests answers each of them', async () => {
    await using server = await startNginx('keepalive_requests 50;');
    await using pool = lean(server);
    const results: PoolResult[] = [];
    const lane = async (): Promise<void> => {
      for (let i = 0; i < 100; i += 1) results.push(await pool.request(aRequest()));
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    expect(new Set(statuses(results))).toEqual(new Set([200]));
  });
});
