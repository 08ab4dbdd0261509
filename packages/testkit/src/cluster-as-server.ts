import type { RedisServer } from '@fanfare/redis-server';
import type { Command, Redis } from 'ioredis';
import { allUp, type ClusterNode, startTestCluster, type TestCluster } from './test-cluster.ts';

/** A cluster that passes for a single server. */
interface ClusterAsServer extends Pick<TestCluster, 'url' | 'redis'> {
  /** All its servers: they stop and start together. */
  server: RedisServer;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Empty clusters for the next tests of the file; undefined where none are kept. */
let kept: TestCluster[] | undefined;

/**
 * Keeps the clusters of a test file for its later tests, emptied: a new one refuses writes for two seconds. Returns
 * what stops them, for the end of the file.
 */
export function keepClusters(): () => Promise<void> {
  kept = [];
  return async () => {
    const left = kept ?? [];
    kept = undefined;
    await Promise.all(left.map((cluster) => cluster[Symbol.asyncDispose]()));
  };
}

/** A cluster in place of a single server: for tests that need no more of Redis than any of them offers. */
export async function startClusterAsServer(): Promise<ClusterAsServer> {
  const cluster = kept?.pop() ?? (await startTestCluster());
  const { url, nodes } = cluster;
  const servers = nodes.map(({ server }) => server);
  const [first] = servers as [RedisServer];
  let isAsNew = true;
  let isDisposed = false;
  const all = async (act: (server: RedisServer) => Promise<void>) => {
    isAsNew = false;
    await Promise.all(servers.map(act));
  };
  const redis = wholeCluster(cluster, () => {
    isAsNew = false;
  });
  const dispose = async () => {
    if (isDisposed) return;
    isDisposed = true;
    redis.disconnect();
    const place = kept;
    if (!place || !isAsNew) return cluster[Symbol.asyncDispose]();
    await Promise.all(nodes.map(empty));
    place.push(cluster);
  };
  return {
    url,
    redis,
    server: {
      url,
      pid: first.pid,
      folder: first.folder,
      exited: first.exited,
      stop: () => all((server) => server.stop()),
      kill: () => all((server) => server.kill()),
      async start() {
        await all((server) => server.start());
        await allUp(nodes);
      },
      [Symbol.asyncDispose]: dispose,
    },
    [Symbol.asyncDispose]: dispose,
  };
}

async function empty({ redis }: ClusterNode): Promise<void> {
  await redis.flushall();
  await redis.script('FLUSH');
}

/** The commands of a pipeline, which ioredis does not declare. */
interface Recorded {
  _queue: Command[];
}

/** Makes a command sendable, as ioredis' own retries do. */
interface Sendable {
  initPromise(): void;
}

/**
 * Commands about all keys, which a client of a cluster sends to any node, ask all of them. A pipeline may contain keys
 * of several nodes, each command being sent by itself; ioredis refuses it. `onConfig` is called before the
 * configuration may change.
 */
function wholeCluster({ connect, nodes }: TestCluster, onConfig: () => void): Redis {
  const redis = connect();
  const pipeline = redis.pipeline.bind(redis);
  redis.pipeline = (commands) => {
    const recorded = pipeline(commands);
    recorded.exec = () => sendEach(redis, (recorded as unknown as Recorded)._queue);
    return recorded;
  };
  const each = <T>(ask: (node: Redis) => Promise<T>) => Promise.all(nodes.map((node) => ask(node.redis)));
  return Object.assign(redis, {
    keys: async (pattern: string) => (await each((node) => node.keys(pattern))).flat(),
    dbsize: async () => (await each((node) => node.dbsize())).reduce((sum, keys) => sum + keys, 0),
    flushall: async () => (await each((node) => node.flushall()))[0],
    config: async (...args: [never, never]) => {
      onConfig();
      return (await each((node) => node.config(...args)))[0];
    },
    info: async (...args: []) => (await each((node) => node.info(...args))).join('\n'),
  });
}

const sendEach = (redis: Redis, commands: Recorded['_queue']): Promise<[Error | null, unknown][]> =>
  Promise.all(
    commands.map((command) => {
      (command as unknown as Sendable).initPromise();
      redis.sendCommand(command);
      return command.promise.then(
        (answer): [null, unknown] => [null, answer],
        (error: Error): [Error, undefined] => [error, undefined],
      );
    }),
  );
