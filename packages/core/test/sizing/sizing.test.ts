import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kindOf, type Load, sizeOf } from '../../src/sizing/sizing.ts';

const LOAD: Load = {
  messagesPerSecond: 100,
  recipients: 1,
  users: 100_000,
  devicesPerUser: 1,
  latencyMs: 100,
  retentionHours: 24,
  dayShare: 0.5,
};

const loads = fc.record<Load>({
  messagesPerSecond: fc.integer({ min: 1, max: 100_000 }),
  recipients: fc.integer({ min: 1, max: 100_000 }),
  users: fc.integer({ min: 1, max: 10_000_000 }),
  devicesPerUser: fc.integer({ min: 1, max: 10 }),
  latencyMs: fc.integer({ min: 1, max: 2000 }),
  retentionHours: fc.integer({ min: 1, max: 168 }),
  dayShare: fc.double({ min: 0.1, max: 1, noNaN: true }),
});

describe('sizing', () => {
  test('messages between two users have a job each, groups packs, and large groups the bulk lane', () => {
    expect([1, 2, 1000, 1001].map(kindOf)).toEqual(['single', 'chat', 'chat', 'bulk']);
  });

  test('a small product needs one of each', () => {
    expect(sizeOf({ ...LOAD, messagesPerSecond: 5 })).toMatchObject({
      deliveriesPerSecond: 5,
      processes: { ingest: 1, fanout: 1, sender: 1 },
      concurrency: 100,
      shards: 1,
    });
  });

  test('slow endpoints need more sends in flight, and then more senders', () => {
    const bulk = { ...LOAD, messagesPerSecond: 1, recipients: 5000 };
    expect(sizeOf({ ...bulk, latencyMs: 10 })).toMatchObject({ processes: { sender: 1 }, concurrency: 100 });
    expect(sizeOf({ ...bulk, latencyMs: 100 })).toMatchObject({ processes: { sender: 1 }, concurrency: 500 });
    expect(sizeOf({ ...bulk, latencyMs: 2000 })).toMatchObject({ processes: { sender: 10 }, concurrency: 1000 });
  });

  test('10 million users and a million deliveries a second need what docs/sizing.md works out', () => {
    const load = { ...LOAD, users: 10_000_000, dayShare: 0.4 };
    expect(sizeOf({ ...load, messagesPerSecond: 200, recipients: 5000 })).toMatchObject({
      deliveriesPerSecond: 1_000_000,
      processes: { ingest: 1, fanout: 12, sender: 100 },
      installations: 1,
      shards: 32,
    });
    expect(sizeOf({ ...load, messagesPerSecond: 20_000, recipients: 50 })).toMatchObject({
      deliveriesPerSecond: 1_000_000,
      processes: { ingest: 5, fanout: 36, sender: 100 },
      installations: 1,
      shards: 49,
    });
  });

  test('more of anything never needs less', () => {
    fc.assert(
      fc.property(loads, fc.constantFrom<keyof Load>('messagesPerSecond', 'users', 'retentionHours'), (load, field) => {
        const [less, more] = [sizeOf(load), sizeOf({ ...load, [field]: load[field] * 2 })];
        const total = (size: typeof less) => size.maxmemoryBytes * size.shards;
        expect(total(more)).toBeGreaterThanOrEqual(total(less));
        for (const role of ['ingest', 'fanout', 'sender'] as const) {
          expect(more.processes[role]).toBeGreaterThanOrEqual(less.processes[role]);
        }
        expect(more.shards).toBeGreaterThanOrEqual(less.shards);
      }),
    );
  });
});
