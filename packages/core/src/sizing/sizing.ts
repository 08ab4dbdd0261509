import { BYTES, COMMANDS, MICROS } from './constants.ts';

/** What a product needs: averages over its busiest hour, except where they say otherwise. */
export interface Load {
  messagesPerSecond: number;
  /** Recipients of a message: 1 for messages between two users. */
  recipients: number;
  users: number;
  devicesPerUser: number;
  /** What a push service or webhook takes to answer, ms. */
  latencyMs: number;
  /** How long history is kept, hours. */
  retentionHours: number;
  /** The average of a whole day, as a share of the busiest hour. */
  dayShare: number;
}

/** What serves it. */
export interface Size {
  lane: DeliveryKind;
  deliveriesPerSecond: number;
  /** Processes, with one core each. */
  processes: { ingest: number; fanout: number; sender: number };
  /** SENDER_CONCURRENCY of each sender in this lane. */
  concurrency: number;
  /** Installations, between which apps are divided, when one cannot have enough shards. */
  installations: number;
  /** Primaries of Redis in all, and QUEUE_SHARDS. */
  shards: number;
  redis: { commandsPerSecond: number; registryBytes: number; historyBytes: number; backlogBytes: number };
  /** `maxmemory` of each primary: the registry, two days of ids and the backlog fill it to 60 %. */
  maxmemoryBytes: number;
}

/** How deliveries share jobs: one each (between two users), packs of 25 (groups), packs of 100 (large groups). */
export type DeliveryKind = 'single' | 'chat' | 'bulk';

/** Groups above this are in the bulk lane: BULK_AUDIENCE. */
const BULK_FROM = 1000;
/** A core used more than this has no room for peaks within the hour; a Redis needs more, because it has one thread. */
const BUSY = { process: 0.7, redis: 0.5 };
/** Sends in flight in one sender beyond which its latency grows. */
const MOST_IN_FLIGHT = 1000;
const DEFAULT_IN_FLIGHT = 100;
/** A backlog of so long is accepted, e.g. while a webhook is down, s. */
const BACKLOG_S = 60;
/** Finished events leave above this share of maxmemory. */
const TRIM_FROM = 0.6;
/** QUEUE_SHARDS has this limit. */
const MOST_SHARDS = 64;
const DAY_S = 86_400;
const HOUR_S = 3600;

/** What serves a load, by what the bench measured (docs/sizing.md#model). */
export function sizeOf(load: Load): Size {
  const { messagesPerSecond: events, recipients, users, devicesPerUser, dayShare } = load;
  const lane = kindOf(recipients);
  const deliveries = events * recipients * devicesPerUser;
  const redisCores = (events * MICROS.ingest.redis + deliveries * MICROS[lane].redis) / 1e6;
  const shards = atLeastOne(redisCores / BUSY.redis);
  const inFlight = (deliveries * load.latencyMs) / 1000;
  const sender = Math.max(coresOf(deliveries * MICROS[lane].sender), atLeastOne(inFlight / MOST_IN_FLIGHT));
  const perDay = events * dayShare * DAY_S;
  const registryBytes = users * (BYTES.user + devicesPerUser * BYTES.device);
  const idBytes = 2 * perDay * BYTES.idAndReference;
  const historyBytes = events * dayShare * load.retentionHours * HOUR_S * bytesPerFinished(recipients * devicesPerUser);
  const backlogBytes = BACKLOG_S * events * bytesPerOpen(recipients * devicesPerUser, lane);
  return {
    lane,
    deliveriesPerSecond: deliveries,
    processes: {
      ingest: coresOf(events * MICROS.ingest.event),
      fanout: coresOf(deliveries * MICROS[lane].fanout),
      sender,
    },
    concurrency: Math.max(DEFAULT_IN_FLIGHT, Math.ceil(inFlight / sender / 50) * 50),
    installations: Math.ceil(shards / MOST_SHARDS),
    shards,
    redis: {
      commandsPerSecond: events * COMMANDS.event + deliveries * COMMANDS[lane],
      registryBytes,
      historyBytes: historyBytes + idBytes,
      backlogBytes,
    },
    maxmemoryBytes: (registryBytes + historyBytes + idBytes + backlogBytes) / TRIM_FROM / shards,
  };
}

/** The bytes of a finished message with so many deliveries, without its id and reference. */
export const bytesPerFinished = (deliveries: number): number => BYTES.finishedEvent + bytesPerPlan(deliveries);

/** The bytes of a message that is planned and queued, and of which nothing is sent. */
export const bytesPerOpen = (deliveries: number, lane: DeliveryKind): number =>
  BYTES.openEvent + bytesPerPlan(deliveries) + deliveries * BYTES.queued[lane];

/** The plan of one delivery counts as part of its message. */
const bytesPerPlan = (deliveries: number): number => (deliveries > 1 ? deliveries * BYTES.recipient : 0);

/** How deliveries of a message to so many share jobs. */
export function kindOf(recipients: number): DeliveryKind {
  if (recipients > BULK_FROM) return 'bulk';
  return recipients > 1 ? 'chat' : 'single';
}

/** What floating point adds is not worth another process. */
const ROUNDING = 1e-9;
const atLeastOne = (count: number): number => Math.max(1, Math.ceil(count - ROUNDING));
const coresOf = (microsPerSecond: number): number => atLeastOne(microsPerSecond / 1e6 / BUSY.process);
