import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the page about it tells people to write. */
const { isSigned } = (await importExample('../../../docs/membership.md')) as {
  isSigned(request: IncomingMessage, secret: string): boolean;
};

/** What requests to the backend are signed with. */
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Page {
  members: string[];
  cursor?: string;
}

/** A chat backend that tells who is in its groups, a page at a time, to those who sign for it. */
export interface ChatBackend extends AsyncDisposable {
  url: string;
  /** Members by guid. */
  groups: Map<string, string[]>;
  /** The queries that came, in order. */
  queries: string[];
  /** Down, it answers 503. */
  up: boolean;
  /** It takes requests and never answers. */
  hang: boolean;
  /** Requests that it refused: their signature was not right. */
  refused: number;
  /** What it answers; a test may have it answer otherwise. */
  answer(guid: string, cursor: string): Page;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startChatBackend(pageSize = 3): Promise<ChatBackend> {
  const server = createServer((request, response) => {
    const { search, searchParams } = new URL(request.url ?? '', 'http://localhost');
    backend.queries.push(search.slice(1));
    const signed = isSigned(request, SECRET);
    if (!signed) backend.refused++;
    if (backend.hang) return;
    const page = backend.answer(searchParams.get('guid') ?? '', searchParams.get('cursor') ?? '');
    response.writeHead(backend.up ? (signed ? 200 : 401) : 503).end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const groups = new Map<string, string[]>();
  const backend: ChatBackend = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/members?tenant=7`,
    groups,
    queries: [],
    up: true,
    hang: false,
    refused: 0,
    answer(guid, cursor) {
      const after = (groups.get(guid) ?? []).filter((uid) => uid > cursor).sort();
      const members = after.slice(0, pageSize);
      return after.length > pageSize ? { members, cursor: members.at(-1) as string } : { members };
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return backend;
}

/** The first piece of JavaScript in a page of the documentation, as a module. */
async function importExample(page: string): Promise<unknown> {
  const text = await readFile(new URL(page, import.meta.url), 'utf8');
  const [, code = ''] = /^```js\n(.*?)^```/ms.exec(text) ?? [];
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);
}
