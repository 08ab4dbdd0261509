import { setTimeout as delay } from 'node:timers/promises';
import { shardTag } from '@fanfare/redis';
import type { Figure } from '../report/figure.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { withProgress } from '../system/progress.ts';
import type { Lab } from './lab.ts';
import type { RowResult } from './row.ts';

/** How often the console asks how far a replay is. */
const ASK_EVERY_MS = 500;
/** How often its page reads the dead letters again meanwhile. */
const READ_EVERY_MS = 5000;
/** The first replay is stopped at this share of the letters. */
const STOPPED_AT = 0.5;
/** Of a request, and of a stop until it has taken effect. */
const AT_MOST_MS = { request: 200, stop: 2000 };

interface Replay {
  id: string;
  state: 'running' | 'done' | 'failed' | 'stopped';
  replayed: number;
  skipped: number;
}

/** Replays all dead letters as the console does: stops half-way, then replays the rest. No sender takes the jobs. */
export async function replayLetters(
  lab: Lab,
  fanfare: Fanfare,
  { letters, shards }: { letters: number; shards: number },
): Promise<RowResult> {
  const { api } = fanfare.bench;
  let slowestMs = 0;
  const timed = async <T>(ask: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const answer = await ask;
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    return answer;
  };
  const start = () => timed(api.post('/v3/dead-letters/replay', { filter: {} })) as Promise<unknown> as Promise<Replay>;
  /** Asks until the replay has ended, or until `enough`. */
  const follow = async (id: string, enough = (_: Replay) => false): Promise<Replay> => {
    let readAt = performance.now();
    for (;;) {
      const now = (await timed(api.get(`/v3/dead-letters/replays/${id}`))) as unknown as Replay;
      if (now.state !== 'running' || enough(now)) return now;
      if (performance.now() - readAt > READ_EVERY_MS) {
        readAt = performance.now();
        await timed(api.get('/v3/dead-letters?limit=100'));
      }
      await delay(ASK_EVERY_MS);
    }
  };
  const startedAt = performance.now();
  const [first, stopMs, second] = await withProgress(
    lab.say.bind(lab),
    async () => `lists: ${await queued(fanfare, shards)} dead letters queued again`,
    async () => {
      const { id } = await start();
      await follow(id, ({ replayed }) => replayed >= letters * STOPPED_AT);
      const stoppedAt = performance.now();
      await timed(api.post(`/v3/dead-letters/replays/${id}/stop`, {}));
      const stopped = await follow(id);
      const stopMs = performance.now() - stoppedAt;
      return [stopped, stopMs, await follow((await start()).id)] as const;
    },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const figure = (what: string, ours: number, atMost?: number): Figure => ({
    row: 'lists',
    what,
    ours,
    ...(atMost === undefined ? {} : { target: { of: 'value', atMost } }),
  });
  return {
    figures: [
      figure(`seconds: replay of ${letters} dead letters, stopped once`, seconds),
      figure('dead letters a second: replay', letters / seconds),
      figure('ms at most: a request during the replay', slowestMs, AT_MOST_MS.request),
      figure('ms: from the request to stop until it had stopped', stopMs, AT_MOST_MS.stop),
    ],
    losses: await lossesOf(fanfare, { letters, shards, first, second }),
  };
}

/** Every letter has left the list for one job of its own, and was counted once. */
async function lossesOf(
  fanfare: Fanfare,
  { letters, shards, first, second }: { letters: number; shards: number; first: Replay; second: Replay },
): Promise<string[]> {
  const jobs = await queued(fanfare, shards);
  const left = (await fanfare.bench.api.get('/v3/dead-letters?limit=1')) as unknown as unknown[];
  const checks: [boolean, string][] = [
    [first.state === 'stopped' && first.replayed < letters, `the first replay was to be stopped: ${first.state}`],
    [second.state === 'done', `the second replay was to be done: ${second.state}`],
    [first.replayed + second.replayed === letters, `counted as replayed: ${first.replayed} + ${second.replayed}`],
    [jobs === letters, `jobs: ${jobs} of ${letters}`],
    [left.length === 0, 'there are dead letters left'],
  ];
  return checks.flatMap(([isRight, what]) => (isRight ? [] : [`lists: ${what}`]));
}

/** Jobs in the queues of all shards. */
async function queued({ redis }: Fanfare, shards: number): Promise<number> {
  const perShard = await Promise.all(
    Array.from({ length: shards }, async (_, shard) => {
      const queue = `${shardTag(shard)}:deliveries-custom-chat`;
      const sizes = [redis.llen(`${queue}:wait`), redis.zcard(`${queue}:prioritized`), redis.zcard(`${queue}:delayed`)];
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size);
    }),
  );
  return perShard.reduce((sum, size) => sum + size);
}
