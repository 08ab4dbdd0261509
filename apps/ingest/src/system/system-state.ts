import { LANES, type Lane, type ProviderKind } from '@fanfare/core';
import { type Breaker, readHeldState, readOpenEvents } from '@fanfare/ledger';
import { QUEUE_KINDS, type QueueDepth, readPauses, sumDepths } from '@fanfare/queue';
import {
  describeReplication,
  type MemoryState,
  type ProcessRecord,
  type RedisSettings,
  readProcesses,
  readRedisSettings,
} from '@fanfare/redis';
import type { IngestDeps } from '../deps.ts';

/** One lane: what is open in all, and how much of it is where. */
export interface LaneState {
  lane: Lane;
  /** Events that are not done, wherever they are. */
  openEvents: number;
  /** How long the oldest of them has been open, ms; 0 if there is none. */
  oldestMs: number;
  /** Jobs of events and deliveries in the queues. */
  waiting: number;
  active: number;
  delayed: number;
  /** Deliveries outside the queues, until their endpoint or credential works again. */
  held: number;
  /** Since when an operator has paused it, epoch ms; absent if it runs. */
  pausedSince?: number;
}

/** The Redis that processes depend on. */
interface RedisState extends RedisSettings, MemoryState {
  replicas: string;
  /** The fullness of the registry's server, if it is another. */
  registryFullness?: number;
}

/** Everything that the verdict rests on, at one moment. */
export interface SystemState {
  /** Epoch ms. */
  at: number;
  processes: readonly ProcessRecord[];
  breakers: readonly Breaker[];
  lanes: readonly LaneState[];
  /** Deliveries in the queues of each provider that no sender has taken. */
  unsent: Record<ProviderKind, number>;
  redis: RedisState;
}

/** Reads the state of the whole system. */
export async function readSystem(deps: IngestDeps): Promise<SystemState> {
  const { queueRedis } = deps;
  const shards = deps.shards.all;
  const at = deps.now();
  const [processes, { breakers, held }, open, depths, pauses, redis] = await Promise.all([
    readProcesses(queueRedis),
    readHeldState(queueRedis, shards),
    readOpenEvents(queueRedis, shards, at),
    readDepths(deps, at),
    readPauses(queueRedis, shards),
    readRedis(deps),
  ]);
  const lanes = LANES.map((lane): LaneState => {
    const { waiting, active, delayed } = sumDepths(depths.filter((one) => one.lane === lane).map(({ depth }) => depth));
    const pausedSince = pauses[lane];
    return {
      lane,
      openEvents: open[lane].count,
      oldestMs: Math.round(open[lane].oldestMs),
      waiting,
      active,
      delayed,
      held: held[lane],
      ...(pausedSince === undefined ? {} : { pausedSince }),
    };
  });
  const unsent = (provider: ProviderKind) =>
    sumDepths(depths.filter(({ kind }) => kind === `deliveries-${provider}`).map(({ depth }) => depth)).waiting;
  return {
    at,
    processes,
    breakers,
    lanes,
    unsent: { fcm: unsent('fcm'), apns: unsent('apns'), custom: unsent('custom') },
    redis,
  };
}

const readDepths = ({ producer, shards }: IngestDeps, at: number) =>
  Promise.all(
    QUEUE_KINDS.flatMap((kind) =>
      LANES.map(async (lane) => {
        const depth: QueueDepth = await producer.laneDepth(kind, lane, shards.all, at);
        return { kind, lane, depth };
      }),
    ),
  );

async function readRedis({ config, queueRedis, memory, registryMemory }: IngestDeps): Promise<RedisState> {
  const [settings, state, registry, replicas] = await Promise.all([
    readRedisSettings(queueRedis),
    memory.state(),
    registryMemory.state(),
    describeReplication(queueRedis, config.REDIS_WAIT_REPLICAS),
  ]);
  return {
    ...settings,
    ...state,
    replicas: replicas.detail,
    ...(registryMemory === memory ? {} : { registryFullness: registry.fullness }),
  };
}
