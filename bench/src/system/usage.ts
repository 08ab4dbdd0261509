import { type Cpu, cpuBetween } from './cpu.ts';
import type { Fanfare } from './fanfare.ts';

/** CPU by part of the system, in microseconds, and commands of Redis. */
export interface Usage {
  cpu: Cpu;
  commands: number;
}

/** What is used until the work is done. */
export async function usedDuring(fanfare: Fanfare, work: () => Promise<unknown>): Promise<Usage> {
  const before = await read(fanfare);
  await work();
  return difference(await read(fanfare), before);
}

export const difference = (a: Usage, b: Usage): Usage => ({
  cpu: cpuBetween(b.cpu, a.cpu),
  commands: a.commands - b.commands,
});

export const sum = (a: Usage, b: Usage): Usage => ({
  cpu: Object.fromEntries(Object.entries(a.cpu).map(([part, micros]) => [part, micros + (b.cpu[part] ?? 0)])),
  commands: a.commands + b.commands,
});

const read = async ({ cpu, redis }: Fanfare): Promise<Usage> => ({
  cpu: await cpu(),
  commands: Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1]),
});
