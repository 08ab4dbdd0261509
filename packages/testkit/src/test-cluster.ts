import { randomBytes } from 'node:crypto';
import { findRedis, type RedisBinary, type RedisServer, startRedis } from '@fanfare/redis-server';
import { Cluster, Redis } from 'ioredis';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

/** A server of a cluster. */
export interface ClusterNode {
  server: RedisServer;
  /** A client of this server only. */
  redis: Redis;
  port: number;
  /** The index of the primary it copies; undefined for a primary. */
  replicaOf: number | undefined;
}

/** A private Redis Cluster for a test, empty at first. */
export interface TestCluster extends AsyncDisposable {
  /** REDIS_URL: the addresses of all servers, with their password. */
  url: string;
  /** A client of the whole cluster, with the commands of a single server. */
  redis: Redis;
  /** Another such client, which the caller closes. */
  connect(): Redis;
  /** The primaries first, then their replicas in the same order. */
  nodes: readonly ClusterNode[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ClusterOptions {
  /** Primaries, which share the slots evenly. Default: 3, the fewest that can elect a replica. */
  primaries?: number;
  /** Replicas of each. Default: none. */
  replicas?: number;
  /** After which a silent server counts as failed. Default: 15 s, so that a busy machine loses none. */
  nodeTimeoutMs?: number;
  /** Additional command-line arguments of every server. */
  args?: string[];
  /** Returns the port that a primary announces in place of its own, e.g. that of a proxy. */
  announce?: (port: number) => Promise<number>;
  /** The server to run. Default: the one that `findRedis` finds. */
  binary?: RedisBinary;
}

const SLOTS = 16_384;

/**
 * Starts a real Redis Cluster of local processes on free ports, in about three seconds: a new primary refuses writes
 * for the first two.
 */
export async function startTestCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { primaries = 3, replicas = 0, nodeTimeoutMs = 15_000, args = [], announce } = options;
  const count = primaries * (1 + replicas);
  const password = randomBytes(12).toString('hex');
  const ports = await freePorts(2 * count);
  const binary = options.binary ?? (await findRedis());
  const nodes = await Promise.all(
    Array.from({ length: count }, async (_, i): Promise<ClusterNode> => {
      const port = ports[i] as number;
      const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(ports[count + i])];
      if (announce && i < primaries) cluster.push('--cluster-announce-port', String(await announce(port)));
      const times = ['--cluster-node-timeout', String(nodeTimeoutMs), '--repl-diskless-sync-delay', '0'];
      const server = await startRedis({
        binary,
        port,
        password,
        args: [...cluster, ...times, '--masterauth', password, ...args],
      });
      const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
      redis.on('error', () => {});
      return { server, redis, port, replicaOf: i < primaries ? undefined : i % primaries };
    }),
  );
  await join(nodes, ports.slice(count), primaries);
  const connect = () => connectCluster(nodes, password);
  const redis = connect();
  return {
    url: nodes.map(({ server }) => server.url).join(','),
    redis,
    connect,
    nodes,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      for (const node of nodes) node.redis.disconnect();
      await Promise.all(nodes.map(({ server }) => server[Symbol.asyncDispose]()));
    },
  };
}

function connectCluster(nodes: readonly ClusterNode[], password: string): Redis {
  const redis = new Cluster(
    nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    {
      redisOptions: { password, maxRetriesPerRequest: null },
      // Like a client of one server, it waits for a test to restart what it has stopped.
      maxRedirections: Number.POSITIVE_INFINITY,
      clusterRetryStrategy: () => 20,
    },
  );
  redis.on('error', () => {});
  return redis as unknown as Redis;
}

/** Assigns the slots, introduces the servers to each other, and waits until all agree. */
async function join(nodes: readonly ClusterNode[], busPorts: readonly number[], primaries: number): Promise<void> {
  const first = nodes[0] as ClusterNode;
  await Promise.all(
    nodes.map(async ({ redis }, i) => {
      await redis.cluster('SET-CONFIG-EPOCH', i + 1);
      if (i >= primaries) return;
      const bound = (n: number) => Math.floor((n * SLOTS) / primaries);
      await redis.cluster('ADDSLOTSRANGE', bound(i), bound(i + 1) - 1);
    }),
  );
  const meet = async () => {
    for (const [i, { port }] of nodes.entries()) {
      if (i > 0) await first.redis.cluster('MEET', '127.0.0.1', port, busPorts[i] as number);
    }
  };
  await meet();
  const state = async ({ redis }: ClusterNode) => String(await redis.cluster('INFO'));
  const knowsAll = async (node: ClusterNode) => (await state(node)).includes(`cluster_known_nodes:${nodes.length}\r`);
  const all = async () => (await Promise.all(nodes.map(knowsAll))).every(Boolean);
  // On a busy machine a handshake may be given up.
  await until(all, 'the servers know each other').catch(meet);
  await until(all, 'the servers know each other', { timeoutMs: 60_000 });
  const ids = await Promise.all(nodes.map(({ redis }) => redis.cluster('MYID')));
  for (const { redis, replicaOf } of nodes) {
    if (replicaOf !== undefined) {
      await until(() => redis.cluster('REPLICATE', ids[replicaOf] as string), 'the replica knows its primary');
    }
  }
  await allUp(nodes);
}

/** Until then, and for two seconds after a restart, servers answer CLUSTERDOWN. */
export const allUp = (nodes: readonly ClusterNode[]) =>
  until(async () => (await Promise.all(nodes.map(isUp))).every(Boolean), 'the cluster is up', { timeoutMs: 60_000 });

async function isUp({ redis, replicaOf }: ClusterNode): Promise<boolean> {
  const isOk = String(await redis.cluster('INFO')).includes('cluster_state:ok');
  return isOk && (replicaOf === undefined || (await redis.info('replication')).includes('master_link_status:up'));
}
