import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

/** GETs a path with these headers, a Host header of the test's own among them, which fetch would not send. */
export async function getWithHost(url: string, path: string, headers: { host: string } & Record<string, string>) {
  const sent = request(new URL(path, url), { headers }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  return { status: answer.statusCode, body: (await json(answer)) as any };
}
