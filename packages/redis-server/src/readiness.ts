import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerLocation } from './redis-conf.ts';
import { converse } from './resp.ts';

/** The time limit for opening the socket; loading the data afterwards may take any time. */
const PATIENCE_MS = 30_000;
const LOG_LINES_SHOWN = 12;

/**
 * Resolves when the server answers PING, with its data loaded.
 *
 * @throws Error with the end of the server's log if it exits, refuses, or stays silent for 30 seconds.
 */
export async function untilReady(place: ServerLocation, exited: Promise<unknown>): Promise<void> {
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  let deadline = Date.now() + PATIENCE_MS;
  while (!hasExited && Date.now() < deadline) {
    const reply = await ping(place);
    if (reply.includes('+PONG')) return;
    if (reply.includes('-LOADING')) deadline = Date.now() + PATIENCE_MS;
    await delay(10);
  }
  throw new Error(`Redis did not start. The end of its log:\n${await endOfLog(place)}`);
}

async function ping({ socket, tcp }: ServerLocation): Promise<string> {
  const authenticate = tcp ? [['AUTH', tcp.password]] : [];
  return converse(socket, [...authenticate, ['PING']]).catch(() => '');
}

async function endOfLog({ folder }: ServerLocation): Promise<string> {
  const log = await readFile(join(folder, 'redis.log'), 'utf8').catch(() => '(no log)');
  return log.trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
}
