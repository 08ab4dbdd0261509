import {
  createMembershipSource,
  type MembershipEndpoint,
  type MembershipPage,
  type MembershipSource,
  type MembershipSourceOptions,
} from '../../src/index.ts';
import { type HttpEndpoint, startEndpoint } from './endpoint.ts';
import { LOOPBACK } from './provider.ts';

/** Long enough never to be reached on a slow machine; tests of the deadline set their own. */
const PLENTY_MS = 20_000;

/** The default request of the tests. */
export const FIRST = { appId: 'demo', guid: 'hiking', cursor: '', lane: 'chat' } as const;

/** A source that may reach this machine and closes with the test. */
export function startSource(options: Partial<MembershipSourceOptions> = {}): MembershipSource & AsyncDisposable {
  const source = createMembershipSource({ policy: LOOPBACK, timeoutMs: PLENTY_MS, ...options });
  return { ...source, [Symbol.asyncDispose]: () => source.close() };
}

/** Sends one request, with a source of its own. */
export async function askAt(
  endpoint: MembershipEndpoint,
  options: Partial<MembershipSourceOptions> = {},
  question: { guid?: string; cursor?: string } = {},
): Promise<MembershipPage> {
  await using source = startSource(options);
  return await source.page(endpoint, { ...FIRST, ...question });
}

/** A backend that gives this answer, as JSON unless it is text. */
export const answering = (answer: unknown, status = 200, headers: Record<string, string> = {}): Promise<HttpEndpoint> =>
  startEndpoint((response) =>
    response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer)),
  );
