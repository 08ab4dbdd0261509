import { startTestCluster, startTestSentinel } from '@fanfare/testkit';
import { type LaggingLink, startLaggingLink } from './lag.ts';

/** How Redis is run. */
export const TOPOLOGIES = ['cluster', 'sentinel'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** A Redis that survives the death of a primary. */
export interface FailoverRedis {
  url: string;
  shards: number;
  /** Stops the replication of the primary that is killed next. */
  stall(): void;
  /** Kills a primary: of a cluster, that of the first shard. */
  kill(): Promise<void>;
  /** Starts it again, as a supervisor would: it becomes a replica. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts three primaries with a replica each, or one with Sentinels. Replication lags by so much. */
export async function startFailoverRedis(
  topology: Topology,
  args: readonly string[],
  lagMs: number,
): Promise<FailoverRedis> {
  const links = new Map<number, LaggingLink>();
  const announce = async (port: number) => {
    const link = await startLaggingLink(port, lagMs);
    links.set(port, link);
    return link.port;
  };
  const closeLinks = () => {
    for (const link of links.values()) link.close();
  };
  if (topology === 'sentinel') {
    const sentinel = await startTestSentinel([...args], announce);
    return {
      url: sentinel.url,
      shards: 1,
      stall() {
        for (const link of links.values()) link.stall();
      },
      kill: () => sentinel.server.kill(),
      restart: () => sentinel.server.start(),
      async close() {
        await sentinel[Symbol.asyncDispose]();
        closeLinks();
      },
    };
  }
  const cluster = await startTestCluster({ replicas: 1, nodeTimeoutMs: 2000, args: [...args], announce });
  const [first] = cluster.nodes;
  return {
    url: cluster.url,
    shards: 3,
    stall: () => links.get(first?.port as number)?.stall(),
    kill: async () => first?.server.kill(),
    restart: async () => first?.server.start(),
    async close() {
      await cluster[Symbol.asyncDispose]();
      closeLinks();
    },
  };
}
