import type { Example } from './example.ts';
import { STAND_INS } from './stand-ins.ts';

const process = {
  version: STAND_INS.version,
  host: STAND_INS.machine,
  pid: 4711,
  startedAt: 1_741_847_000_000,
  seenAt: 1_741_847_453_000,
};
const audience = { name: 'BULK_AUDIENCE', value: '1000', isSet: false };
const idle = { openEvents: 0, oldestMs: 0, waiting: 0, active: 0, delayed: 0, held: 0 };

/** The state of the system before the first event, and the last change. */
export const system: readonly Example[] = [
  {
    operation: 'GET /v3/audit',
    as: 'operator',
    query: { appId: 'app123', limit: '1' },
    status: 200,
    answer: {
      data: [
        {
          id: STAND_INS.auditId,
          at: 1_741_847_453_000,
          appId: 'app123',
          who: 'admin',
          action: 'Revoke API key',
          operation: 'DELETE /v3/apps/{appId}/apikeys/{keyId}',
          ids: { appId: 'app123', keyId: STAND_INS.publishKeyId },
          fields: [],
        },
      ],
      meta: { cursor: STAND_INS.auditId },
    },
  },
  {
    operation: 'GET /v3/system',
    as: 'operator',
    status: 200,
    answer: {
      data: {
        at: 1_741_847_453_000,
        verdict: [{ level: 'ok', code: 'ok', sentence: 'All queues are keeping up.' }],
        processes: [
          { id: STAND_INS.ingestProcess, role: 'ingest', ...process },
          {
            id: STAND_INS.fanoutProcess,
            role: 'fanout',
            ...process,
            shards: [0],
            sweeper: { lastRunAt: 1_741_847_452_000, tookMs: 12, restored: 0, expired: 0, trimmed: 0 },
          },
          {
            id: STAND_INS.senderProcess,
            role: 'sender',
            ...process,
            providers: ['fcm', 'apns', 'custom'],
            shards: [0],
            inFlight: 0,
          },
        ],
        breakers: [],
        lanes: [
          { lane: 'call', ...idle },
          { lane: 'chat', ...idle },
          { lane: 'bulk', ...idle },
        ],
        redis: {
          fullness: 0,
          stops: [],
          durability: 'disk',
          maxmemoryPolicy: 'noeviction',
          replicas: 'no replica',
        },
      },
    },
  },
  {
    operation: 'GET /v3/system/configuration',
    as: 'operator',
    query: { name: 'BULK_AUDIENCE' },
    status: 200,
    answer: {
      data: [
        { id: STAND_INS.ingestProcess, role: 'ingest', host: STAND_INS.machine, pid: 4711, settings: [audience] },
        { id: STAND_INS.fanoutProcess, role: 'fanout', host: STAND_INS.machine, pid: 4711, settings: [audience] },
        { id: STAND_INS.senderProcess, role: 'sender', host: STAND_INS.machine, pid: 4711, settings: [] },
      ],
    },
  },
  {
    operation: 'POST /v3/system/lanes/{lane}/pause',
    as: 'operator',
    params: { lane: 'bulk' },
    status: 200,
    answer: { data: { success: true } },
  },
  {
    operation: 'POST /v3/system/lanes/{lane}/resume',
    as: 'operator',
    params: { lane: 'bulk' },
    status: 200,
    answer: { data: { success: true } },
  },
];
