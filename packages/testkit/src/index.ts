/** Shared helpers for tests. For devDependencies only. */
export { AdmissionModel, type ModelLimits } from './admission-model.ts';
export { keepClusters, startClusterAsServer } from './cluster-as-server.ts';
export { freePorts } from './free-ports.ts';
export { type HandClock, handClock } from './hand-clock.ts';
export { limitMemory, usedMemory } from './memory.ts';
export { connectionsByUser, withUser } from './redis-users.ts';
export { replicate } from './replicate.ts';
export * from './samples.ts';
export { slowFor } from './slow-for.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export {
  type ClusterNode,
  type ClusterOptions,
  startTestCluster,
  type TestCluster,
} from './test-cluster.ts';
export { startTestPostgres, type TestPostgres } from './test-postgres.ts';
export { startTestRedis, type TestRedis, type TestRedisOptions } from './test-redis.ts';
export { startTestSentinel, type TestSentinel } from './test-sentinel.ts';
export { type UntilOptions, until } from './until.ts';
