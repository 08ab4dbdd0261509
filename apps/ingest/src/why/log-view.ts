import { contentKeptMs, DELIVERY_STATES, isNotifying, type NotificationDetails, renderDetails } from '@fanfare/core';
import { deadLetterText, readDeadLetterOf, readEvent, readProgress } from '@fanfare/ledger';
import { type App, type Device, listDevicesOf } from '@fanfare/store';
import { z } from 'zod';
import type { IngestDeps } from '../deps.ts';
import { readCast } from './cast.ts';
import type { FoundRow } from './log-walk.ts';

/** How much of a push token is shown: enough to distinguish a user's devices, too little to send to one. */
const TOKEN_CHARS = 8;

const ms = z.number().describe('Epoch ms.');
const text = z.string().optional();

/** A log row as CometChat shows it (docs/rules/cometchat.md#log), plus our `state` and `detail`. */
export const LogRowView = z.object({
  _id: z.string(),
  component: z.literal('notifications-core'),
  processingStartedAtMS: ms.describe('When the event was received, epoch ms.'),
  processingEndedAtMS: ms.optional().describe('When the last delivery of the event was settled, epoch ms.'),
  totalProcessingTimeInMS: z.number().optional(),
  channel: z.literal('push'),
  provider: text,
  trigger: z.string(),
  messageId: text,
  reactionId: text,
  messageCategory: text,
  messageType: text,
  messageSentAtMS: ms,
  sender: z.string().describe('uid of the user who acted.'),
  reactionSender: text,
  receiver: text.describe('guid of the group, or uid of the receiver.'),
  reactionReceiver: text,
  receiverType: z.enum(['user', 'group']).optional(),
  member: z.string().describe('uid of the recipient.'),
  tokenType: text.describe('Platform of the device as currently registered.'),
  pushToken: text.describe('The first characters of the push token.'),
  providerId: text,
  payload: (z.looseObject({}) as unknown as z.ZodType<NotificationDetails>).optional(),
  notificationTriggered: z.boolean().describe('Whether there was anything to send.'),
  state: z.enum(DELIVERY_STATES).optional().describe('State of the delivery.'),
  reason: text.describe('Why nothing was sent, or the state of a delivery that was not accepted.'),
  detail: text.describe('Error text of a rejected delivery.'),
});
export type LogRowView = z.infer<typeof LogRowView>;

/**
 * The rows of a page as shown, with devices in their current state. With `content`, payloads are rendered again from
 * their events with the current templates, since the log stores no text; the archive has no text either, so its rows
 * have no payload.
 */
export async function viewRows(deps: IngestDeps, app: App, found: readonly FoundRow[]): Promise<LogRowView[]> {
  const uids = [...new Set(found.map(({ row }) => row.uid))];
  const [devices, endings] = await Promise.all([
    listDevicesOf(deps.registry, app.appId, uids),
    readEndings(deps, found),
  ]);
  const views: LogRowView[] = [];
  for (const batch of inBatches(found)) {
    const shown = batch.map(async (one) => {
      const [detail, payload] = await Promise.all([detailOf(deps, app, one), payloadOf(deps, app, one)]);
      return {
        ...plainView(one, endings.get(one.position.key), devices.get(one.row.uid) ?? []),
        ...(detail === undefined ? {} : { detail }),
        ...(payload === undefined ? {} : { payload }),
      };
    });
    views.push(...(await Promise.all(shown)));
  }
  return views;
}

/** Rows built at a time; each may keep an event in memory. */
const BATCH = 20;

const inBatches = (found: readonly FoundRow[]): (readonly FoundRow[])[] =>
  Array.from({ length: Math.ceil(found.length / BATCH) }, (_, i) => found.slice(i * BATCH, (i + 1) * BATCH));

/** When each event of a page was finished, epoch ms. */
async function readEndings({ queueRedis }: IngestDeps, found: readonly FoundRow[]): Promise<Map<string, number>> {
  const events = new Map(found.map((one) => [one.position.key, one]));
  const endings = await Promise.all(
    [...events].map(async ([key, { ref, archived }]) => {
      const at = ref ? (await readProgress(queueRedis, ref))?.finishedAt : archived?.doneAt;
      return [key, at] as const;
    }),
  );
  return new Map(endings.flatMap(([key, at]) => (at === undefined ? [] : [[key, at] as const])));
}

function plainView({ row, facts }: FoundRow, endedAt: number | undefined, devices: readonly Device[]): LogRowView {
  const { id, uid, target, state, reason } = row;
  const device = devices.find((one) => one.id === target?.deviceId);
  const { processingStartedAtMS, ...rest } = facts;
  const ended =
    endedAt === undefined
      ? {}
      : { processingEndedAtMS: endedAt, totalProcessingTimeInMS: endedAt - processingStartedAtMS };
  return {
    _id: id,
    component: 'notifications-core',
    processingStartedAtMS,
    ...ended,
    channel: 'push',
    ...(target ? { provider: target.provider } : {}),
    ...rest,
    member: uid,
    ...(device ? deviceFields(device) : {}),
    ...(target?.provider === 'custom' ? { providerId: 'custom' } : {}),
    notificationTriggered: target !== undefined,
    ...(state === undefined ? {} : { state }),
    ...(reason === undefined ? {} : { reason }),
  };
}

const deviceFields = ({ platform, token, providerId }: Device) => ({
  tokenType: platform,
  pushToken: `${token.slice(0, TOKEN_CHARS)}…`,
  providerId,
});

/** The error text of a rejected delivery, from its dead letter. */
async function detailOf({ queueRedis }: IngestDeps, { appId }: App, { row, ref }: FoundRow) {
  if (row.state !== 'rejected') return undefined;
  if (!ref) return 'detail' in row ? row.detail : undefined;
  const letter = await readDeadLetterOf(queueRedis, appId, ref.shard, row.id);
  return letter && deadLetterText(letter);
}

/** The payload as it would be rendered now; none once the event's content is no longer kept. */
async function payloadOf({ queueRedis, registry, now }: IngestDeps, { appId, settings }: App, { row, ref }: FoundRow) {
  if (!settings.logs.content || !row.target || !ref) return undefined;
  const accepted = await readEvent(queueRedis, ref);
  if (!accepted || !isNotifying(accepted.event)) return undefined;
  if (now() - accepted.receivedAt >= contentKeptMs(settings)) return undefined;
  const { profiles, recipient } = await readCast(registry, appId, accepted.event, row.uid);
  const { provider } = row.target;
  return renderDetails(accepted.event, { settings, profiles, recipient, provider, unread: row.unread });
}
