import type { Cluster, Redis } from 'ioredis';

/** The part of ioredis' pool that chooses a node where the right one is not known. */
interface ConnectionPool {
  getNodes(role: string): Redis[];
  getSampleInstance(role: string): Redis | undefined;
}

/** A node that takes commands: connected, or it connects with the first of them. */
const takesCommands = ({ status }: Redis): boolean => status === 'ready' || status === 'wait';

/**
 * Sends what has no known node to one that takes commands, not to any. While a primary fails, ioredis chooses a node
 * for each command of a pipeline until one takes it, but counts those before it as if they were written. So it never
 * writes the pipeline, whose commands then wait on that node's connection for the answers of all later ones.
 */
export function sampleReady(cluster: Cluster): void {
  const { connectionPool: pool } = cluster as unknown as { connectionPool: ConnectionPool };
  const sample = pool.getSampleInstance.bind(pool);
  pool.getSampleInstance = (role) => {
    const usable = pool.getNodes(role).filter(takesCommands);
    return usable[Math.floor(Math.random() * usable.length)] ?? sample(role);
  };
}
