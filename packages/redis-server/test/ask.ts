import type { RedisServer } from '../src/index.ts';
import { converse } from '../src/resp.ts';

/** The path of a server's Unix socket, from its url. */
export function socketOf(server: Pick<RedisServer, 'url'>): string {
  const path = new URL(server.url).searchParams.get('path');
  if (!path) throw new Error(`${server.url} names no socket`);
  return path;
}

/** Runs one command and returns the words of the reply: values, or `OK`, or the text of an error. */
export async function ask(server: Pick<RedisServer, 'url'>, ...command: string[]): Promise<string[]> {
  const replies = await converse(socketOf(server), [command]);
  return replies
    .split('\r\n')
    .slice(0, -2) // the reply to QUIT
    .filter((line) => !/^[*$]/.test(line))
    .map((line) => line.replace(/^[+:-]/, ''));
}
