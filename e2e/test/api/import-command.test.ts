import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { FanfareServer, type ImportLine } from '@fanfare/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exampleEnv } from '../support/example.ts';
import { type System, startSystem } from '../support/system.ts';

const FANFARE = fileURLToPath(new URL('../../../apps/cli/bin/fanfare.js', import.meta.url));

let system: System;
let folder: string;
let apiKey: string;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  folder = await mkdtemp(join(tmpdir(), 'fanfare-import-'));
  apiKey = (await exampleEnv(system)).FANFARE_API_KEY as string;
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe('fanfare import', () => {
  async function run(name: string, content: string, ...options: string[]) {
    const path = join(folder, name);
    await writeFile(path, content);
    const env = { PATH: process.env.PATH, FANFARE_URL: system.url, FANFARE_API_KEY: apiKey };
    const child = spawn(process.execPath, [FANFARE, 'import', path, ...options], { env });
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { out, error, code: child.exitCode };
  }

  test('prints no progress where it is not on a terminal, and the answer of the API with --json', async () => {
    const { out, error, code } = await run('one.ndjson', '{"type":"user","uid":"ines"}\n', '--json');
    expect([code, error]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ state: 'done', offset: 1, imported: { user: 1 }, rejected: 0 });
  });

  test('loads CSV and names the records that are wrong', async () => {
    const csv = 'uid,name,timezone\nerin,Erin,Europe/Paris\nfrank,Frank,Moon/Base\n';
    const { out, error, code } = await run('users.csv', csv, '--type', 'user', '--id', 'csv');
    expect([code, out]).toEqual([1, 'imported: 1 user; rejected: 1 (import csv)\n']);
    expect(error).toMatch(/^line 2: timezone: is not a known IANA time zone/);
    expect((await system.backend.get('/v3/users/erin')).body.data).toMatchObject({ timezone: 'Europe/Paris' });
    expect((await system.backend.get('/v3/users/frank')).status).toBe(404);
  });

  test('loads answers of CometChat', async () => {
    const members = { data: [{ uid: 'gina', name: 'Gina', scope: 'admin', joinedAt: 1 }], meta: {} };
    const { out, error, code } = await run('members.json', JSON.stringify(members), '--group', 'chess', '--id', 'cc');
    expect([code, error, out]).toEqual([0, '', 'imported: 1 user, 1 member; rejected: 0 (import cc)\n']);
    expect((await system.backend.get('/v3/groups/chess/members')).body.data).toEqual([{ uid: 'gina' }]);
  });

  test('prints lines, and checks them, without writing', async () => {
    const lines = '{"type":"user","uid":"hugo"}\n';
    expect(await run('lines.ndjson', lines, '--print')).toEqual({ out: lines, error: '', code: 0 });
    const { out, code } = await run('lines.ndjson', lines, '--dry-run', '--id', 'dry');
    expect([code, out]).toEqual([0, 'valid: 1 user; rejected: 0 (import dry)\n']);
    expect((await system.backend.get('/v3/users/hugo')).status).toBe(404);
  });

  test('says what is wrong with the file or the key, and has imported nothing then', async () => {
    expect(await run('broken.json', '{"data":[{"uid":')).toMatchObject({
      code: 2,
      error: 'fanfare: the JSON ends too early\n',
    });
    apiKey = 'fk_wrong';
    const { code, error } = await run('lines.ndjson', '{"type":"user","uid":"hugo"}\n');
    expect([code, error]).toEqual([2, expect.stringContaining('AUTH_ERR_APIKEY_NOT_FOUND')]);
    apiKey = (await exampleEnv(system)).FANFARE_API_KEY as string;
  });
});

describe('the client', () => {
  const users = (count: number): ImportLine[] =>
    Array.from({ length: count }, (_, i) => ({ type: 'user', uid: `user-${i}` }));

  test('continues an import whose connection breaks where the server has come to', async () => {
    const offsets: number[] = [];
    let breaks = 2;
    const breaking: typeof fetch = async (input, init) => {
      const url = new URL(String(input));
      if (init?.method !== 'POST') return fetch(input, init);
      offsets.push(Number(url.searchParams.get('offset')));
      if (breaks-- <= 0) return fetch(input, init);
      const controller = new AbortController();
      const answer = fetch(input, { ...init, signal: controller.signal, body: half(init.body as ReadableStream) });
      const reached = offsets.at(-1) as number;
      for (let offset = reached; offset <= reached; ) {
        const { body } = await system.backend.get('/v3/import/broken');
        offset = body.data?.offset ?? 0;
      }
      controller.abort();
      return answer;
    };
    const client = new FanfareServer({ url: system.url, apiKey, fetch: breaking, random: () => 0.5 });
    const progress = await client.importLines(() => users(6000), { id: 'broken' });
    expect(progress).toMatchObject({ state: 'done', offset: 6000, rejected: 0, imported: { user: 6000 } });
    expect(offsets[0]).toBe(0);
    expect(offsets.slice(1).every((offset) => offset > 0)).toBe(true);
    expect(await client.importProgress('broken')).toEqual(progress);
  }, 60_000);

  /** The first two thousand lines or so, and then nothing. */
  function half(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let isFirst = true;
    return new ReadableStream({
      async pull(controller) {
        if (!isFirst) await new Promise(() => undefined);
        isFirst = false;
        const { value } = await reader.read();
        if (value) controller.enqueue(value);
      },
    });
  }
});
