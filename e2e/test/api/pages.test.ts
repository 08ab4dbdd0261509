import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Api } from '../support/api.ts';
import { uids } from '../support/events.ts';
import { operationsOf, readDocument } from '../support/openapi.ts';
import { type System, startSystem } from '../support/system.ts';

const MANY = uids(7);

let system: System;
beforeAll(async () => {
  system = await startSystem({ apps: [] });
  const { admin, backend } = system;
  await backend.post('/v3/users/bob/blockedusers', { blockedUids: MANY });
  await backend.put('/v3/groups/hiking', {});
  await backend.loadMembers('hiking', MANY);
  for (const name of MANY) {
    await admin.post('/v3/apps', { appId: name });
    await admin.post('/v3/apps/member-1/apikeys', { name });
    await backend.post('/v3/users/bob/auth_tokens', undefined);
  }
});
afterAll(() => system[Symbol.asyncDispose]());

/** The lists that come in pages, who asks, and how many entries each has. */
const LISTS: [path: string, asks: () => Api, entries: number][] = [
  ['/v3/apps', () => system.admin, 8],
  ['/v3/apps/member-1/apikeys', () => system.admin, 7],
  ['/v3/users/bob/auth_tokens', () => system.backend, 7],
  ['/v3/users/bob/blockedusers', () => system.backend, 7],
  ['/v3/groups/hiking/members', () => system.backend, 7],
];

/** All pages of a list. */
async function pagesOf(api: Api, path: string, limit: number): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await api.get(`${path}?limit=${limit}${at}`);
    expect(status).toBe(200);
    pages.push(body.data);
    cursor = body.meta.cursor;
    expect(pages.length).toBeLessThan(20);
  }
  return pages;
}

test.each(LISTS)('%s: pages hold every entry once, in one order', async (path, asks, entries) => {
  const { body } = await asks().get(path);
  expect([body.data.length, body.meta]).toEqual([entries, {}]);
  for (const limit of [1, 3, 7, 1000]) {
    const pages = (await pagesOf(asks(), path, limit)).filter((page) => page.length > 0);
    expect(pages.flat()).toEqual(body.data);
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  }
});

test.each(LISTS)('%s: a limit out of bounds is refused', async (path, asks) => {
  for (const limit of ['0', '1001', '1.5', 'x']) {
    const { status, body } = await asks().get(`${path}?limit=${limit}`);
    expect([status, body.error.message.split(':')[0]]).toEqual([400, 'limit']);
  }
});

test('what is removed between two pages shifts nothing', async () => {
  const { body } = await system.backend.get('/v3/users/bob/blockedusers?limit=3');
  const last = body.data.at(-1).uid;
  await system.backend.delete('/v3/users/bob/blockedusers', { blockedUids: [last] });
  const rest = await system.backend.get(`/v3/users/bob/blockedusers?cursor=${body.meta.cursor}`);
  expect(rest.body.data).toEqual(MANY.slice(3).map((uid) => ({ uid })));
  await system.backend.post('/v3/users/bob/blockedusers', { blockedUids: [last] });
});

test('every list that may be long takes limit and cursor, and says where it goes on', async () => {
  const operations = operationsOf(await readDocument(system)).filter(({ method }) => method === 'GET');
  const lists = operations.filter(({ key, operation }) => {
    // A few groups of many letters, which it counts a page at a time; and one entry per process.
    if (key === 'GET /v3/dead-letters/summary' || key === 'GET /v3/system/configuration') return false;
    const schema = operation.responses?.['200']?.content?.['application/json']?.schema as
      | { properties?: { data?: { type?: string } } }
      | undefined;
    return schema?.properties?.data?.type === 'array';
  });
  expect(lists.length).toBeGreaterThan(5);
  const wanting = lists.filter(({ operation }) => {
    const names = (operation.parameters ?? []).map(({ name }) => name);
    return !(names.includes('limit') && names.includes('cursor'));
  });
  expect(wanting.map(({ key }) => key)).toEqual([]);
});
