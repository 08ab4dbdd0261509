import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PlannedDelivery, PlannedRecipient, ProviderKind, SuppressionReason, Target } from '@fanfare/core';

/**
 * A planned slice as stored: its users, the decision for each, and where the walk continues. Once written it never
 * changes, so that a worker resuming the event continues with exactly this, whatever has happened to the group since.
 */
export interface PlannedSlice {
  /** Ordinal of the first delivery; the others follow in order of recipients and targets. */
  first: number;
  /** Where the next slice starts. */
  cursor: string;
  /** Whether the audience ends here. */
  last: boolean;
  recipients: readonly PlannedRecipient[];
  /** The most deliveries of a job, as set when it was planned: every process derives the same jobs from it. */
  packSize: number;
}

const PROVIDER_LETTER: Record<ProviderKind, string> = { fcm: 'f', apns: 'a', custom: 'c' };
const PROVIDER_OF = Object.fromEntries(
  Object.entries(PROVIDER_LETTER).map(([provider, letter]) => [letter, provider as ProviderKind]),
);

/** Versions of what is stored: slices of the first name none. */
const PLAIN = '2';
const DEFLATED = '3';

/** Recipients in more characters are deflated. */
const LONG = 1000;

/** Higher levels save one byte of a hundred and take twice the time. */
const OPTIONS = { level: 1 };

/**
 * Text, about ten bytes per recipient besides the uid: a head line `first TAB cursor TAB last TAB version TAB pack size
 * TAB provider ids`, then per recipient `uid TAB targets [TAB unread [TAB credentials]]` with targets as a letter for
 * the provider and the device id, separated by commas, or `uid TAB !REASON[:detail]`. `credentials` are the positions
 * of the targets' provider ids in the head, separated by commas; omitted if all are the first. No part may contain a
 * tab, comma or line feed; uids, cursors, device ids, provider ids and details never do. The first version ends after
 * `last`, has packs of one and no credentials.
 *
 * The third version is for many recipients: their lines are deflated, and the head ends with the first and the last of
 * their uids in the order of bytes, so that a search on the server skips slices of others.
 */
export function encodeSlice(slice: PlannedSlice): string | Buffer {
  const ids = new Map<string, number>();
  const lines = slice.recipients.map((recipient) => encodeRecipient(recipient, ids));
  const head = (version: string, ...more: string[]) =>
    [slice.first, slice.cursor, slice.last ? 1 : 0, version, slice.packSize, [...ids.keys()].join(','), ...more].join(
      '\t',
    );
  const text = lines.join('\n');
  if (text.length <= LONG) return [head(PLAIN), ...lines].join('\n');
  const [least, most] = boundsOf(slice.recipients);
  return Buffer.concat([Buffer.from(`${head(DEFLATED, least, most)}\n`), deflateRawSync(text, OPTIONS)]);
}

/** Decodes what `encodeSlice` returns, in this version or an older one. */
export function decodeSlice(stored: string | Buffer): PlannedSlice {
  const bytes = typeof stored === 'string' ? Buffer.from(stored) : stored;
  const [first, cursor = '', last, version, packSize = '1', table = ''] = headOf(bytes);
  const ids = table.split(',').map((id) => id || undefined);
  const lines = linesOf(bytes, version === DEFLATED);
  return {
    first: Number(first),
    cursor,
    last: last === '1',
    packSize: Number(packSize),
    recipients: lines.map((line) => decodeRecipient(line, ids)),
  };
}

/** Whether a stored slice is text, which may move into the record of its event. */
export const isPlain = (stored: Buffer): boolean => headOf(stored)[3] !== DEFLATED;

/** The parts of the head line. */
function headOf(bytes: Buffer): string[] {
  const end = bytes.indexOf('\n');
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).split('\t');
}

/** The lines after the head. */
function linesOf(bytes: Buffer, deflated: boolean): string[] {
  const end = bytes.indexOf('\n');
  if (end < 0) return [];
  const rest = bytes.subarray(end + 1);
  return (deflated ? inflateRawSync(rest) : rest).toString().split('\n');
}

/** The first and the last of their uids; these are ASCII, so the order of characters is that of bytes. */
function boundsOf(recipients: readonly PlannedRecipient[]): [string, string] {
  let [least = '', most = ''] = [recipients[0]?.uid, recipients[0]?.uid];
  for (const { uid } of recipients) {
    if (uid < least) least = uid;
    if (uid > most) most = uid;
  }
  return [least, most];
}

/** The deliveries of a slice with their ordinals, and their recipient's unread count if the app counts. */
export function deliveriesOf(slice: PlannedSlice): PlannedDelivery[] {
  const deliveries: PlannedDelivery[] = [];
  for (const recipient of slice.recipients) {
    if (recipient.kind === 'suppress') continue;
    for (const target of recipient.targets)
      deliveries.push(deliveryTo(target, recipient, slice.first + deliveries.length));
  }
  return deliveries;
}

/** Field by field, with few shapes: large groups are planned and sent with one of these per member. */
function deliveryTo(
  { provider, deviceId, providerId }: Target,
  { uid, unread }: { uid: string; unread?: number },
  ordinal: number,
): PlannedDelivery {
  const delivery: PlannedDelivery = { provider, uid, ordinal };
  if (deviceId !== undefined) delivery.deviceId = deviceId;
  if (providerId !== undefined) delivery.providerId = providerId;
  if (unread !== undefined) delivery.unread = unread;
  return delivery;
}

function encodeRecipient(recipient: PlannedRecipient, ids: Map<string, number>): string {
  if (recipient.kind === 'suppress') {
    const { uid, reason, detail } = recipient;
    return `${uid}\t!${reason}${detail === undefined ? '' : `:${detail}`}`;
  }
  const { uid, targets, unread } = recipient;
  const credentials = targets.map(({ deviceId, providerId = '' }) => (deviceId ? positionIn(ids, providerId) : 0));
  const more = credentials.some((position) => position > 0)
    ? `\t${unread ?? ''}\t${credentials.join(',')}`
    : unread === undefined
      ? ''
      : `\t${unread}`;
  return `${uid}\t${targets.map(encodeTarget).join(',')}${more}`;
}

/** The position of a provider id in the head's table, adding it if it is new. */
function positionIn(ids: Map<string, number>, id: string): number {
  const known = ids.get(id);
  if (known !== undefined) return known;
  ids.set(id, ids.size);
  return ids.size - 1;
}

const encodeTarget = (target: Target): string => PROVIDER_LETTER[target.provider] + (target.deviceId ?? '');

function decodeTarget(text: string, providerId: string | undefined): Target {
  const provider = PROVIDER_OF[text[0] as string] as ProviderKind;
  if (text.length === 1) return { provider };
  const deviceId = text.slice(1);
  return providerId === undefined ? { provider, deviceId } : { provider, deviceId, providerId };
}

function decodeRecipient(line: string, ids: readonly (string | undefined)[]): PlannedRecipient {
  const [uid, what, unread, credentials] = line.split('\t') as [string, string, string?, string?];
  if (what.startsWith('!')) return { kind: 'suppress', uid, ...decodeSuppression(what.slice(1)) };
  const positions = credentials?.split(',');
  const targets = what.split(',').map((text, i) => decodeTarget(text, ids[Number(positions?.[i] ?? 0)]));
  const send = { kind: 'send' as const, uid, targets: targets as [Target, ...Target[]] };
  return unread ? { ...send, unread: Number(unread) } : send;
}

function decodeSuppression(text: string): { reason: SuppressionReason; detail?: string } {
  const colon = text.indexOf(':');
  if (colon < 0) return { reason: text as SuppressionReason };
  return { reason: text.slice(0, colon) as SuppressionReason, detail: text.slice(colon + 1) };
}
