import { setTimeout as delay } from 'node:timers/promises';
import { COMMANDS, type DeliveryKind, MICROS } from '@fanfare/core';
import type { Figure } from '../report/figure.ts';
import { cpuBetween } from '../system/cpu.ts';
import { directMessage, groupMessage, uidOf } from '../system/events.ts';
import type { Fanfare } from '../system/fanfare.ts';
import type { Lab } from './lab.ts';
import type { Row, RowResult } from './row.ts';

const USERS = 10_000;
/** Messages and recipients of each, by how their deliveries share jobs. */
const LOADS: Record<DeliveryKind, { messages: number; recipients: number }> = {
  single: { messages: 3000, recipients: 1 },
  chat: { messages: 100, recipients: 100 },
  bulk: { messages: 2, recipients: USERS },
};
const KINDS = Object.keys(LOADS) as DeliveryKind[];

/** What the model of docs/sizing.md says a delivery costs, beside what it costs here. */
export const sizing: Row = {
  title: 'CPU and commands of Redis per delivery, beside the model of docs/sizing.md',
  run: (lab) => lab.withFanfare({}, (fanfare) => measure(lab, fanfare)),
};

async function measure(lab: Lab, fanfare: Fanfare): Promise<RowResult> {
  const { bench } = fanfare;
  await bench.registry.createDevices(USERS);
  for (const kind of KINDS) await bench.registry.createGroup(kind, LOADS[kind].recipients);
  const figures: Figure[] = [];
  for (const kind of KINDS) {
    await run(fanfare, kind, 'warm-up');
    const before = { cpu: await fanfare.cpu(), commands: await commandsOf(fanfare) };
    const deliveries = await run(fanfare, kind, 'counted');
    const cpu = cpuBetween(before.cpu, await fanfare.cpu());
    const { messages } = LOADS[kind];
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
    const commands = (await commandsOf(fanfare)) - before.commands;
    add('commands per delivery', commands / deliveries, COMMANDS[kind] + (messages * COMMANDS.event) / deliveries);
    lab.say(`sizing: ${kind} done`);
  }
  return { figures };
}

/** Posts the messages and waits until they are sent; how many deliveries they had. */
async function run({ bench }: Fanfare, kind: DeliveryKind, name: string): Promise<number> {
  const { messages, recipients } = LOADS[kind];
  const ids = Array.from({ length: messages }, (_, i) => `${kind}-${name}-${i}`);
  const events = ids.map((id, i) => (kind === 'single' ? directMessage(id, uidOf(i)) : groupMessage(id, kind)));
  await bench.postAll(events);
  // Asking for all of them would itself cost.
  while (!(await bench.isDone(ids.slice(-20)))) await delay(100);
  while (!(await bench.isDone(ids))) await delay(1000);
  return messages * recipients;
}

const commandsOf = async ({ redis }: Fanfare): Promise<number> =>
  Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1]);
