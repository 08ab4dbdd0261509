import { expect, test } from '@jest/globals';
import { size } from '../src/size/size.ts';

test('size prints what serves a load, as lines or as JSON', async () => {
  const people = { recipients: 50, users: 1_000_000, devicesPerUser: 1 };
  const load = { ...people, messagesPerSecond: 100, dayShare: 0.4, latencyMs: 100, retentionHours: 24 };
  const lines: string[] = [];
  const output = { out: (line: string) => lines.push(line), error: () => undefined };
  await size(load, false, output);
  expect(lines[0]).toBe('deliveries/s  5,000 (packs of 25)');
  lines.length = 0;
  await size(load, true, output);
  expect(JSON.parse(lines.join(''))).toMatchObject({ deliveriesPerSecond: 5000, lane: 'chat', shards: 1 });
});
