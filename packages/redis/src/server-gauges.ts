import type { Redis } from 'ioredis';
import { PROCESS_ROLES, type ProcessRole, readProcesses } from './processes.ts';
import { DURABILITIES, type Durability, readRedisSettings } from './server-settings.ts';

/** Where the settings of Redis, and the processes that report to it, are shown. */
export interface ServerGauges {
  redisDurability: { set(labels: { durability: Durability }, value: number): void; reset(): void };
  redisMayEvict: { set(value: number): void; reset(): void };
  processAlive: { set(labels: { role: ProcessRole }, value: number): void; reset(): void };
  sendersAlive: { set(labels: { provider: string }, value: number): void; reset(): void };
}

/**
 * Updates the gauges of the settings of Redis and of live processes, of senders for each of these providers; they show
 * nothing when it cannot be read.
 */
export async function readServerGauges(
  redis: Redis,
  gauges: ServerGauges,
  providers: readonly string[],
): Promise<void> {
  try {
    const [{ durability, maxmemoryPolicy }, processes] = await Promise.all([
      readRedisSettings(redis),
      readProcesses(redis),
    ]);
    for (const each of DURABILITIES) gauges.redisDurability.set({ durability: each }, Number(each === durability));
    gauges.redisMayEvict.set(Number(!['noeviction', 'unknown'].includes(maxmemoryPolicy)));
    for (const role of PROCESS_ROLES) {
      gauges.processAlive.set({ role }, processes.filter((one) => one.role === role).length);
    }
    const sent = processes.flatMap((one) => (one.role === 'sender' ? (one.providers ?? []) : []));
    for (const provider of providers) {
      gauges.sendersAlive.set({ provider }, sent.filter((one) => one === provider).length);
    }
  } catch {
    for (const gauge of [gauges.redisDurability, gauges.redisMayEvict]) gauge.reset();
    for (const gauge of [gauges.processAlive, gauges.sendersAlive]) gauge.reset();
  }
}
