import { afterEach } from '@jest/globals';
import { readConfig, type Simulator, type SimulatorOverrides, start } from '../src/app.ts';

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A simulator on a free port, closed after the test. */
export async function aSimulator(env: Record<string, string> = {}, overrides: SimulatorOverrides = {}) {
  const simulator = await start(readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...env }), overrides);
  running.push(simulator);
  return simulator;
}

/** The body of CometChat's chat sample for one recipient; `details` replaces fields of notificationDetails. */
export const aBody = (uid: string, details: Record<string, unknown> = {}) => ({
  trigger: 'push-notification-payload-generated',
  data: {
    to: { uid },
    notificationDetails: { title: 'Andrew Joseph', body: 'Hello!', tag: '123', sentAt: '1741847453000', ...details },
  },
  appId: 'app123',
  region: 'us',
  webhook: 'custom',
});

/** POSTs JSON, or a text unchanged, like a sender. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Resolves when the next request of an endpoint has ended in any way. */
export const nextEnd = (simulator: Simulator, name = 'default') =>
  new Promise<unknown>((resolve) => {
    const off = simulator.endpoint(name).onRequest((request) => {
      off();
      resolve(request.answered);
    });
  });

/** A simulator whose clock stands still, with a caller of its control API and a sender to its endpoint `team`. */
export async function aControlledSimulator(env: Record<string, string> = {}) {
  const simulator = await aSimulator(env, { now: () => 1_741_847_460_000 });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}/control${path}`, {
      method,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const deliver = (uid: string, details = {}, headers = {}) =>
    post(`${simulator.url}/webhook/team`, aBody(uid, details), headers);
  return { simulator, call, deliver };
}
