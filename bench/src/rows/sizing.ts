import { setTimeout as delay } from 'node:timers/promises';
import { COMMANDS, type DeliveryKind, MICROS } from '@fanfare/core';
import type { Figure } from '../report/figure.ts';
import { directMessage, groupMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import { packed, usedByPacking } from '../system/packed.ts';
import type { PushProvider } from '../system/provider.ts';
import { sum, type Usage, usedDuring } from '../system/usage.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 10_000;
/** Messages and recipients of each, by how their deliveries share jobs. */
const LOADS: Record<DeliveryKind, { messages: number; recipients: number }> = {
  single: { messages: 3000, recipients: 1 },
  chat: { messages: 100, recipients: 100 },
  bulk: { messages: 4, recipients: USERS },
};
type Provider = Pick<PushProvider, 'accepted'>;

const KINDS = Object.keys(LOADS) as DeliveryKind[];

/** What the model of docs/sizing.md says a delivery costs, beside what it costs here. */
export const sizing: Row = {
  title: 'CPU and commands of Redis per delivery, beside the model of docs/sizing.md',
  run: (lab) => lab.withFanfare({}, (fanfare, { provider }) => measure(lab, fanfare, provider)),
};

async function measure(lab: Lab, fanfare: Fanfare, provider: Provider): Promise<RowResult> {
  const { bench } = fanfare;
  await bench.registry.createDevices(USERS);
  for (const kind of KINDS) await bench.registry.createGroup(kind, LOADS[kind].recipients);
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    const { messages, recipients } = LOADS[kind];
    const deliveries = messages * recipients;
    await allDone(fanfare, await send(fanfare, provider, kind, 'warm-up'));
    await packed(fanfare);
    const { cpu, commands } = await costOf(fanfare, () => send(fanfare, provider, kind, 'counted'));
    const add = (what: string, ours: number, model: number) =>
      figures.push({
        row: 'sizing',
        what: `${kind}: ${what}; plain: the model`,
        ours,
        plain: model,
        target: { of: 'ratio', atLeast: 0.75, atMost: 1.25 },
      });
    const modelled = { ...MICROS[kind], redis: MICROS[kind].redis + (messages * MICROS.ingest.redis) / deliveries };
    for (const part of ['fanout', 'sender', 'redis'] as const) {
      add(`CPU µs of ${part} per delivery`, (cpu[part] ?? 0) / deliveries, modelled[part]);
    }
    add('commands per delivery', commands / deliveries, COMMANDS[kind] + (messages * COMMANDS.event) / deliveries);
    lab.say(`sizing: ${kind} done`);
  }
  return { figures };
}

/** What some messages cost, with the packing of their records. */
async function costOf(fanfare: Fanfare, work: () => Promise<unknown>): Promise<Usage> {
  const working = await usedDuring(fanfare, work);
  return sum(working, await usedByPacking(fanfare));
}

/** Posts the messages, and waits until all are sent and the last are done. Returns their ids. */
async function send({ bench }: Fanfare, provider: Provider, kind: DeliveryKind, name: string): Promise<string[]> {
  const { messages, recipients } = LOADS[kind];
  const ids = Array.from({ length: messages }, (_, i) => `${kind}-${name}-${i}`);
  const before = await provider.accepted();
  await bench.postAll(ids.map((id, i) => (kind === 'single' ? directMessage(id, uidOf(i)) : groupMessage(id, kind))));
  while ((await provider.accepted()) - before < messages * recipients) await delay(50);
  while (!(await bench.isDone(ids.slice(-10)))) await delay(100);
  return ids;
}

async function allDone({ bench }: Fanfare, ids: readonly string[]): Promise<void> {
  while (!(await bench.isDone(ids))) await delay(1000);
}
