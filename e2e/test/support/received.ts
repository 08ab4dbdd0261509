import type { System } from './system.ts';

/** A notification as the webhook got it. */
export interface Received {
  uid: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is.
  details: Record<string, any>;
}

/** What the endpoint has got, in the order of arrival. */
export const received = ({ hook }: System): Received[] =>
  hook.requests().map(({ json }) => {
    const { to, notificationDetails } = (json as { data: { to: { uid: string }; notificationDetails: object } }).data;
    return { uid: to.uid, details: notificationDetails };
  });

/**
 * The requests an endpoint has got, each delivery once: on a busy machine the sender may not get an answer in time and
 * try again, under the same id.
 */
export const deliveriesTo = (hook: System['hook']) => [
  ...new Map(hook.requests().map((request) => [request.headers['webhook-id'], request])).values(),
];

/** A recorded attempt that another may have followed. */
const isRetried = /"outcome":"(retryable|unknown)"/;

/**
 * How many different deliveries the endpoint has accepted. One may be accepted twice, but only where the sender did not
 * get the answer in time and tried again, as it does on a busy machine: the ledger then has its first attempt.
 * @throws when a delivery was accepted twice that was not tried again.
 */
export async function acceptedDeliveries({ hook, redis: { redis } }: System): Promise<number> {
  const { answered, acceptedTwice } = hook.counts();
  const attempts = (await Promise.all((await redis.keys('{p*}:at:*')).map((key) => redis.hvals(key)))).flat();
  const retried = attempts.flatMap((lines) => lines.split('\n')).filter((line) => isRetried.test(line)).length;
  if (acceptedTwice > retried) throw new Error(`${acceptedTwice} accepted twice, but only ${retried} tried again`);
  return (answered['200'] ?? 0) - acceptedTwice;
}

/** Who was told what: uid and body of each notification, sorted. */
export const told = (system: System): string[] =>
  received(system)
    .map(({ uid, details }) => `${uid}: ${details.body}`)
    .sort((a, b) => (a < b ? -1 : 1));

/** Posts an event and waits until it is done: its counts. */
export async function tell(system: System, event: { id: string }) {
  const { status, body } = await system.backend.post('/v3/events', event);
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return system.done(event.id);
}

/** Changes what the app is set to. */
export async function set({ backend }: System, settings: object): Promise<void> {
  const { status, body } = await backend.patch('/v3/notifications/v1/settings', settings);
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

/** Changes what a person has chosen. */
export async function choose({ backend }: System, uid: string, preferences: object): Promise<void> {
  const { status, body } = await backend.patch(`/v3/notifications/v1/preferences?uid=${uid}`, preferences);
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

/** Mutes a group, or a user, for another user: until a moment (epoch ms) or forever. */
export async function mute(
  { backend }: System,
  uid: string,
  muted: { id: string; type: string; until?: number | null },
) {
  const conversations = [{ until: null, ...muted }];
  const { status, body } = await backend.put(`/v3/notifications/v1/preferences/mute?uid=${uid}`, { conversations });
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

/** The counts of an event that reached its whole audience, over one provider. */
export const allAccepted = (audience: number) => ({
  audience,
  planned: audience,
  suppressed: {},
  accepted: audience,
  token_dead: 0,
  rejected: 0,
  expired: 0,
  superseded: 0,
  pending: 0,
});
