import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How an endpoint answers. */
export interface Behaviour {
  latencyMs?: number;
  /** 200 by default. */
  status?: number;
  /** Takes the request and never answers. */
  hangs?: boolean;
}

/** A request to an endpoint, at the time its body was complete. */
export interface Arrival {
  /** `performance.now()`. */
  at: number;
  body: string;
}

const ACCEPTED = JSON.stringify({ name: 'projects/bench/messages/0:1' });
/** The project of a push through nginx, or the name of a webhook. */
const NAME = /^\/(?:v1\/projects\/timed-|webhook\/)([\w-]+)/;

/**
 * Endpoints in the bench's own process, by name: for pushes whose arrival is timed, and for endpoints that are slow or
 * down. Not for load.
 */
export class Receiver {
  readonly #server = createServer((request, response) => void this.#take(request, response));
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #listeners = new Map<string, (arrival: Arrival) => void>();
  /** Requests without an answer. */
  readonly #open = new Map<string, number>();
  /** Requests that hang. */
  readonly #held = new Map<string, Set<ServerResponse>>();

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.keepAliveTimeout = 600_000;
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  webhook(name: string): string {
    return `${this.url}/webhook/${name}`;
  }

  /** Whether pushes can come here: our simulator answers them itself. */
  takesPushes = true;

  /**
   * The FCM project whose pushes come to the endpoint of this name.
   * @throws Error if none can.
   */
  project(name: string): string {
    if (!this.takesPushes) throw new Error('this row times pushes, which takes nginx: install the package nginx-light');
    return `timed-${name}`;
  }

  /** From now on. */
  behave(name: string, behaviour: Behaviour): void {
    this.#behaviours.set(name, behaviour);
  }

  /** Calls back for each accepted request. */
  listen(name: string, listener: (arrival: Arrival) => void): void {
    this.#listeners.set(name, listener);
  }

  /** How many requests to an endpoint have no answer yet. */
  open(name: string): number {
    return this.#open.get(name) ?? 0;
  }

  /** Breaks the connections of the requests that hang. */
  dropHeld(name: string): void {
    for (const response of this.#held.get(name) ?? []) response.destroy();
    this.#held.delete(name);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = ''] = NAME.exec(request.url ?? '') ?? [];
    this.#open.set(name, this.open(name) + 1);
    response.once('close', () => this.#open.set(name, this.open(name) - 1));
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const at = performance.now();
    const { latencyMs = 0, status = 200, hangs = false } = this.#behaviours.get(name) ?? {};
    if (hangs) return this.#hold(name, response);
    if (latencyMs > 0) await delay(latencyMs);
    if (status === 200) this.#listeners.get(name)?.({ at, body: Buffer.concat(chunks).toString() });
    response.writeHead(status, { 'content-type': 'application/json' }).end(ACCEPTED);
  }

  #hold(name: string, response: ServerResponse): void {
    const held = this.#held.get(name) ?? new Set();
    this.#held.set(name, held.add(response));
  }
}
