import { findRedis, type RedisServer, startRedis } from '@fanfare/redis-server';
import { startTestCluster } from '@fanfare/testkit';
import { Redis } from 'ioredis';

/** One server, or those of a cluster. */
interface Node {
  server: RedisServer;
  redis: Redis;
}

/** The Redis of a drill: one server or a cluster of three without replicas, which sync every write. */
export interface DrillRedis extends AsyncDisposable {
  url: string;
  /** How many servers there are. */
  size: number;
  kill(which: number): Promise<void>;
  start(which: number): Promise<void>;
  /** Limits the memory of all servers to what is used now: they refuse to store more. */
  fill(): Promise<void>;
  /** Commands that servers have refused for it since they were started. */
  refused(): Promise<number>;
  /** Ends that. */
  empty(): Promise<void>;
}

/** Starts it with this additional environment. */
export async function startDrillRedis(isCluster: boolean, env: Record<string, string>): Promise<DrillRedis> {
  const found = await findRedis();
  const binary = { ...found, env: { ...found.env, ...env } };
  if (isCluster) {
    const cluster = await startTestCluster({ binary });
    const { url, nodes } = cluster;
    return drillRedis({ url, nodes, close: () => cluster[Symbol.asyncDispose]() });
  }
  const server = await startRedis({ binary });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on('error', () => {});
  return drillRedis({
    url: server.url,
    nodes: [{ server, redis }],
    async close() {
      redis.disconnect();
      await server[Symbol.asyncDispose]();
    },
  });
}

function drillRedis({ url, nodes, close }: Opened): DrillRedis {
  const node = (which: number) => nodes[which % nodes.length] as Node;
  return {
    url,
    size: nodes.length,
    kill: (which) => node(which).server.kill(),
    start: (which) => node(which).server.start(),
    fill: () => each(nodes, async (one) => setLimit(one, await usedBy(one))),
    refused: async () => sum(await Promise.all(nodes.map(refusedBy))),
    empty: () => each(nodes, (one) => setLimit(one, 0)),
    [Symbol.asyncDispose]: close,
  };
}

interface Opened {
  url: string;
  nodes: readonly Node[];
  close(): Promise<void>;
}

const each = async (nodes: readonly Node[], act: (node: Node) => Promise<void>): Promise<void> =>
  void (await Promise.all(nodes.map(act)));

const setLimit = async ({ redis }: Node, bytes: number): Promise<void> =>
  void (await redis.config('SET', 'maxmemory', String(bytes)));

/** Source: https://redis.io/docs/latest/commands/info, the section `errorstats`. */
const refusedBy = async ({ redis }: Node): Promise<number> =>
  Number(/^errorstat_OOM:count=(\d+)/m.exec(await redis.info('errorstats'))?.[1] ?? 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const usedBy = async ({ redis }: Node): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
