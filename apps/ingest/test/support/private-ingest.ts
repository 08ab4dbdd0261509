import { createSession } from '@fanfare/store';
import { afterAll } from '@jest/globals';
import { OverloadGuard } from '../../src/accept/overload.ts';
import { BODY_TIMES, type BodyTimes } from '../../src/http/body-times.ts';
import { createServer } from '../../src/http/server.ts';
import { ADMIN_KEY, NOW, privateDeps } from './private-deps.ts';

/** What the API answered. */
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are read as what the test expects.
  body: any;
}

/** One caller of the API, without a socket. */
type Call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object) => Promise<Answer>;

/** The API over these parts, not listening. */
export async function privateIngest(env: Record<string, string> = {}, times: BodyTimes = BODY_TIMES) {
  const deps = await privateDeps(env);
  const ready = async () => ({ ready: true, checks: {} });
  const { server, routes } = await createServer(deps, new OverloadGuard(deps), ready, times);
  afterAll(() => server.close());
  const callAs =
    (credentials: Record<string, string>): Call =>
    async (method, url, body) => {
      const headers = { appid: 'demo', ...credentials };
      const answer = await server.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
      return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body || 'null') };
    };
  return {
    deps,
    server,
    routes,
    /** As the operator, for the app. */
    backend: callAs({ adminkey: ADMIN_KEY }),
    /** As a new login of this person. */
    logIn: async (uid: string) =>
      callAs({ authtoken: (await createSession(deps.registry, 'demo', uid, NOW)).authToken }),
  };
}
