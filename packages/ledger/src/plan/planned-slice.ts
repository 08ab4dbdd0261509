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

/** The version of the text below; slices of the first version name none. */
const VERSION = 2;

/**
 * Text, about ten bytes per recipient besides the uid: a head line `first TAB cursor TAB last TAB version TAB pack size
 * TAB provider ids`, then per recipient `uid TAB targets [TAB unread [TAB credentials]]` with targets as a letter for
 * the provider and the device id, separated by commas, or `uid TAB !REASON[:detail]`. `credentials` are the positions
 * of the targets' provider ids in the head, separated by commas; omitted if all are the first. No part may contain a
 * tab, comma or line feed; uids, cursors, device ids, provider ids and details never do. The first version ends after
 * `last`, has packs of one and no credentials.
 */
export function encodeSlice(slice: PlannedSlice): string {
  const ids = new Map<string, number>();
  const lines = slice.recipients.map((recipient) => encodeRecipient(recipient, ids));
  const head = [slice.first, slice.cursor, slice.last ? 1 : 0, VERSION, slice.packSize, [...ids.keys()].join(',')];
  return [head.join('\t'), ...lines].join('\n');
}

/** Decodes the text of `encodeSlice`. */
export function decodeSlice(text: string): PlannedSlice {
  const [head = '', ...lines] = text.split('\n');
  const [first, cursor = '', last, _version, packSize = '1', table = ''] = head.split('\t');
  const ids = table.split(',').map((id) => id || undefined);
  return {
    first: Number(first),
    cursor,
    last: last === '1',
    packSize: Number(packSize),
    recipients: lines.map((line) => decodeRecipient(line, ids)),
  };
}

/** The deliveries of a slice with their ordinals, and their recipient's unread count if the app counts. */
export function deliveriesOf(slice: PlannedSlice): PlannedDelivery[] {
  let ordinal = slice.first;
  return slice.recipients.flatMap((recipient) => {
    if (recipient.kind === 'suppress') return [];
    const { uid, targets, unread } = recipient;
    const mine = unread === undefined ? { uid } : { uid, unread };
    return targets.map((target) => ({ ...target, ...mine, ordinal: ordinal++ }));
  });
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
