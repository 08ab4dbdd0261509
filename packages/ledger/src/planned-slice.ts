import type { PlannedDelivery, PlannedRecipient, ProviderKind, SuppressionReason, Target } from '@fanfare/core';

/**
 * A planned slice as it is stored: who was looked at, what was decided for each, and where the walk goes on. Once
 * written it never changes, so whoever resumes the event continues exactly this, whatever happened to the group since.
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
const PROVIDER_OF: Record<string, ProviderKind> = { f: 'fcm', a: 'apns', c: 'custom' };

/**
 * Text, some ten bytes a recipient besides the uid: a head line `first TAB cursor TAB last`, then per recipient
 * `uid TAB targets` with targets as a letter for the provider and the device id, separated by commas, or `!REASON`.
 * None of the parts may hold a tab, comma or line feed; uids, cursors and device ids are ours and do not.
 */
export function encodeSlice(slice: PlannedSlice): string {
  const head = `${slice.first}\t${slice.cursor}\t${slice.last ? 1 : 0}`;
  const lines = slice.recipients.map((recipient) =>
    'suppressed' in recipient
      ? `${recipient.uid}\t!${recipient.suppressed}`
      : `${recipient.uid}\t${recipient.targets.map(encodeTarget).join(',')}`,
  );
  return [head, ...lines].join('\n');
}

/** The slice `encodeSlice` made this text of. */
export function decodeSlice(text: string): PlannedSlice {
  const [head = '', ...lines] = text.split('\n');
  const [first, cursor = '', last] = head.split('\t');
  return { first: Number(first), cursor, last: last === '1', recipients: lines.map(decodeRecipient) };
}

/** The deliveries of a slice with their ordinals. */
export function deliveriesOf(slice: PlannedSlice): PlannedDelivery[] {
  let ordinal = slice.first;
  return slice.recipients.flatMap((recipient) =>
    'suppressed' in recipient
      ? []
      : recipient.targets.map((target) => ({ ...target, uid: recipient.uid, ordinal: ordinal++ })),
  );
}

const encodeTarget = (target: Target): string => PROVIDER_LETTER[target.provider] + (target.deviceId ?? '');

function decodeTarget(text: string): Target {
  const provider = PROVIDER_OF[text[0] as string] as ProviderKind;
  return text.length > 1 ? { provider, deviceId: text.slice(1) } : { provider };
}

function decodeRecipient(line: string): PlannedRecipient {
  const tab = line.indexOf('\t');
  const uid = line.slice(0, tab);
  const rest = line.slice(tab + 1);
  if (rest.startsWith('!')) return { uid, suppressed: rest.slice(1) as SuppressionReason };
  return { uid, targets: rest.split(',').map(decodeTarget) as [Target, ...Target[]] };
}
