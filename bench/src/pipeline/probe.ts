import { setTimeout as delay } from 'node:timers/promises';
import { directMessage, ring } from '../system/events.ts';
import type { Receiver } from '../system/receiver.ts';
import type { Tenant } from '../system/tenant.ts';

/** How long an arrival is waited for after the last event; what has not arrived then counts as that late. */
const PATIENCE_MS = 20_000;
/** How often the wait looks. */
const POLL_MS = 20;

const KINDS = { call: ring, message: directMessage } as const;
export type Kind = keyof typeof KINDS;

/** Milliseconds from a POST to the arrival at the provider, by kind. */
export interface Latencies {
  call: readonly number[];
  message: readonly number[];
  /** Events that were not accepted. */
  refused: number;
}

/** A user of a tenant who is called and written to at a steady pace, whatever the answers take. */
export class Probe {
  readonly #tenant: Tenant;
  readonly #name: string;
  #posted = 0;
  /** By event id. */
  readonly #arrivedAt = new Map<string, number>();

  private constructor(tenant: Tenant, receiver: Receiver, name: string) {
    this.#tenant = tenant;
    this.#name = name;
    receiver.listen(name, ({ at, body }) => this.#arrived(at, body));
  }

  /** Over FCM, by a credential of its own. */
  static async overFcm(tenant: Tenant, receiver: Receiver, name: string): Promise<Probe> {
    await tenant.useFcm(`fcm-${name}`, receiver.project(name));
    await tenant.registry.createDevice(uidOf(name), `${name}:APA91b${'p'.repeat(140)}`, `fcm-${name}`);
    return new Probe(tenant, receiver, name);
  }

  /** By the tenant's webhook, whose other notifications it ignores. */
  static async overWebhook(tenant: Tenant, receiver: Receiver, name: string): Promise<Probe> {
    await tenant.useWebhook(receiver.webhook(name));
    return new Probe(tenant, receiver, name);
  }

  /** Posts an event every `everyMs`, of each kind in turn, `count` times or while `isOn`. */
  async run(
    kinds: readonly Kind[],
    everyMs: number,
    { count, isOn = async () => true }: { count: number; isOn?: () => Promise<boolean> },
  ): Promise<Latencies> {
    const sent = new Map<string, { kind: Kind; at: number }>();
    const posts: Promise<void>[] = [];
    let refused = 0;
    const startedAt = performance.now();
    for (let n = 0; n < count && (await isOn()); n += 1) {
      await delay(Math.max(0, startedAt + n * everyMs - performance.now()));
      const kind = kinds[n % kinds.length] as Kind;
      this.#posted += 1;
      const id = `${this.#name}-${this.#posted}`;
      sent.set(id, { kind, at: performance.now() });
      const post = this.#tenant.api.post('/v3/events', KINDS[kind](id, uidOf(this.#name)));
      posts.push(
        post.then(
          () => {},
          () => {
            refused += 1;
            sent.delete(id);
          },
        ),
      );
    }
    await Promise.all(posts);
    await this.#untilArrived([...sent.keys()]);
    const of = (kind: Kind) =>
      [...sent].filter(([, one]) => one.kind === kind).map(([id, { at }]) => this.#latency(id, at));
    return { call: of('call'), message: of('message'), refused };
  }

  #latency(id: string, sentAt: number): number {
    return (this.#arrivedAt.get(id) ?? performance.now()) - sentAt;
  }

  async #untilArrived(ids: readonly string[]): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until && !ids.every((id) => this.#arrivedAt.has(id))) await delay(POLL_MS);
  }

  /** A call has its session, a message its id as tag: in FCM's data as in a webhook's. */
  #arrived(at: number, body: string): void {
    const json = JSON.parse(body) as { message?: { data: Details }; data?: { notificationDetails: Details } };
    const { tag = '', sessionId = tag } = json.message?.data ?? json.data?.notificationDetails ?? {};
    if (!this.#arrivedAt.has(sessionId)) this.#arrivedAt.set(sessionId, at);
  }
}

interface Details {
  tag?: string;
  sessionId?: string;
}

const uidOf = (name: string): string => `probe-${name}`;
