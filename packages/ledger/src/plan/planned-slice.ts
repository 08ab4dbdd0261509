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
}

const PROVIDER_LETTER: Record<ProviderKind, string> = { fcm: 'f', apns: 'a', custom: 'c' };
const PROVIDER_OF = Object.fromEntries(
  Object.entries(PROVIDER_LETTER).map(([provider, letter]) => [letter, provider as ProviderKind]),
);

/**
 * Text, about ten bytes per recipient besides the uid: a head line `first TAB cursor TAB last`, then per recipient `uid
 * TAB targets [TAB unread]` with targets as a letter for the provider and the device id, separated by commas, or `uid
 * TAB !REASON[:detail]`. No part may contain a tab, comma or line feed; uids, cursors, device ids and details never do.
 */
export function encodeSlice(slice: PlannedSlice): string {
  const head = `${slice.first}\t${slice.cursor}\t${slice.last ? 1 : 0}`;
  return [head, ...slice.recipients.map(encodeRecipient)].join('\n');
}

/** Decodes the text of `encodeSlice`. */
export function decodeSlice(text: string): PlannedSlice {
  const [head = '', ...lines] = text.split('\n');
  const [first, cursor = '', last] = head.split('\t');
  return { first: Number(first), cursor, last: last === '1', recipients: lines.map(decodeRecipient) };
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

function encodeRecipient(recipient: PlannedRecipient): string {
  if (recipient.kind === 'suppress') {
    const { uid, reason, detail } = recipient;
    return `${uid}\t!${reason}${detail === undefined ? '' : `:${detail}`}`;
  }
  const { uid, targets, unread } = recipient;
  return `${uid}\t${targets.map(encodeTarget).join(',')}${unread === undefined ? '' : `\t${unread}`}`;
}

const encodeTarget = (target: Target): string => PROVIDER_LETTER[target.provider] + (target.deviceId ?? '');

function decodeTarget(text: string): Target {
  const provider = PROVIDER_OF[text[0] as string] as ProviderKind;
  return text.length > 1 ? { provider, deviceId: text.slice(1) } : { provider };
}

function decodeRecipient(line: string): PlannedRecipient {
  const [uid, what, unread] = line.split('\t') as [string, string, string | undefined];
  if (what.startsWith('!')) return { kind: 'suppress', uid, ...decodeSuppression(what.slice(1)) };
  const targets = what.split(',').map(decodeTarget) as [Target, ...Target[]];
  return unread === undefined ? { kind: 'send', uid, targets } : { kind: 'send', uid, targets, unread: Number(unread) };
}

function decodeSuppression(text: string): { reason: SuppressionReason; detail?: string } {
  const colon = text.indexOf(':');
  if (colon < 0) return { reason: text as SuppressionReason };
  return { reason: text.slice(0, colon) as SuppressionReason, detail: text.slice(colon + 1) };
}
