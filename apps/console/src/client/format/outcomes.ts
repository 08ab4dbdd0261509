import type { DeliveryState, EventProgress } from '@fanfare/client';

/** One way a delivery or recipient ends: its word and its colour. */
export interface OutcomeStyle {
  outcome: DeliveryState;
  label: string;
  color: `--${string}`;
  /** Whether an operator should look into it. */
  isFailure?: boolean;
}

/** How deliveries end, the usual way first. */
export const SETTLED: readonly OutcomeStyle[] = [
  { outcome: 'accepted', label: 'Accepted', color: '--accepted' },
  { outcome: 'superseded', label: 'Superseded', color: '--superseded' },
  { outcome: 'token_dead', label: 'Token dead', color: '--token_dead' },
  { outcome: 'expired', label: 'Expired', color: '--expired', isFailure: true },
  { outcome: 'rejected', label: 'Rejected', color: '--rejected', isFailure: true },
];
const OPEN: readonly OutcomeStyle[] = [
  { outcome: 'pending', label: 'Pending', color: '--pending' },
  { outcome: 'retrying', label: 'Retrying', color: '--pending' },
  { outcome: 'held', label: 'Held', color: '--pending' },
];
const SUPPRESSED = { label: 'Not notified', color: '--suppressed' } as const;

const ALL = new Map<string, Omit<OutcomeStyle, 'outcome'>>([
  ...[...SETTLED, ...OPEN].map((style) => [style.outcome, style] as const),
  ['suppressed', SUPPRESSED],
  ['retryable', { label: 'Will be retried', color: '--pending' }],
]);

/** Word and colour of an outcome or state; of one we do not know, its own word. */
export const styleOf = (outcome: string): Omit<OutcomeStyle, 'outcome'> =>
  ALL.get(outcome) ?? { label: wordOf(outcome), color: '--suppressed' };

const ACRONYMS = /\b(?:http|dnd|tls|fcm|apns|id|url)\b/g;
const SPELLED: Record<string, string> = { apns: 'APNs' };

/** A code as words within a sentence: `token_dead` is `token dead`, `http_422` is `HTTP 422`. */
export const inSentence = (code: string): string =>
  code
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace(ACRONYMS, (word) => SPELLED[word] ?? word.toUpperCase());

/** A code as words that stand alone: `token_dead` is `Token dead`, `DND_PREFERENCE` is `DND preference`. */
export function wordOf(code: string): string {
  const words = inSentence(code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A part of a bar, or an entry of its legend. */
export interface Part {
  label: string;
  color: `--${string}`;
  count: number;
}

/** The counts of an event as the parts of one bar: how deliveries ended, what is pending, who was not notified. */
export function partsOf({ suppressed, ...counts }: EventProgress['counts']): Part[] {
  const styles = [...SETTLED, ...OPEN.slice(0, 1)];
  const deliveries = styles.map(({ outcome, label, color }) => {
    return { label, color, count: counts[outcome as keyof typeof counts] ?? 0 };
  });
  const silent = Object.values(suppressed).reduce((sum, one) => sum + one, 0);
  const { label, color } = SUPPRESSED;
  return [...deliveries, { label, color, count: silent }].filter((part) => part.count > 0);
}
