import type { Outcome, Push } from '@fanfare/core';
import type { Simulator } from '@fanfare/simulator/app';
import { ENDPOINT, SERVICES, type Service, type Treatment } from './services.ts';
import type { Client, Keys, Transport } from './transports.ts';
import { Wire } from './wire.ts';

/** How a client is opened. */
interface BenchOptions {
  byName?: boolean | undefined;
  timeoutMs?: number | undefined;
  /** A push that takes longer fails the row, milliseconds. */
  endMs?: number | undefined;
}

/** Far more than any row needs on a slow machine. */
const END_MS = 15_000;

/** A client of one transport, its service, and the wire between them. */
export class Bench {
  readonly service: Service;
  readonly wire: Wire;
  readonly #client: Client;
  readonly #endMs: number;
  #closed: Promise<void> | undefined;

  private constructor({
    service,
    wire,
    client,
    endMs,
  }: { service: Service; wire: Wire; client: Client; endMs: number }) {
    this.service = service;
    this.wire = wire;
    this.#client = client;
    this.#endMs = endMs;
  }

  /** The service starts without faults, requests and counts. */
  static async of(
    { transport, simulator, keys }: { transport: Transport; simulator: Simulator; keys: Keys },
    { endMs = END_MS, ...options }: BenchOptions = {},
  ): Promise<Bench> {
    simulator.fcm.clear();
    simulator.apns.clear();
    simulator.endpoint(ENDPOINT).clear();
    const service = SERVICES[transport.service](simulator);
    service.setFaults({});
    const wire = await Wire.to(simulator);
    return new Bench({ service, wire, client: transport.open(wire.address(options), keys), endMs });
  }

  /** Sends a push to a new addressee. Rejects if the client does not end. */
  send(treatment: Treatment = 'accept', changes: Partial<Push> = {}): Promise<Outcome> {
    return inTime(this.#endMs, this.#client.send(this.service.addressee(treatment), changes));
  }

  /** Sends this many pushes, at most `concurrency` at a time. */
  async sendMany(count: number, concurrency: number): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        outcomes.push(await this.send());
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    return outcomes;
  }

  closeClient(): Promise<void> {
    this.#closed ??= this.#client.close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeClient();
    await this.wire[Symbol.asyncDispose]();
  }
}

async function inTime<T>(endMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the client does not end')), endMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
