import type { ArchivedEvent, ArchivedRow, ArchivePart, ArchiveRange, ArchiveReader } from '../../src/index.ts';

export const APP = 'shop~x3k9q0z7a';
export const DAY = 24 * 3_600_000;
export const NOON = Date.UTC(2026, 10, 29, 12);

/** A message from ann to bob, as archived. */
export function archived(number: number, over: Partial<ArchivedEvent> = {}): ArchivedEvent {
  const at = over.at ?? NOON + number;
  return {
    appId: APP,
    key: `em5x8k2a0${String(number).padStart(6, '0')}`,
    id: `msg-${number}`,
    lane: 'chat',
    at,
    doneAt: at + 100,
    logged: true,
    slices: 1,
    facts: {
      trigger: 'after_message',
      messageId: String(number),
      messageSentAtMS: at,
      sender: 'ann',
      receiver: 'bob',
      receiverType: 'user',
      processingStartedAtMS: at,
    },
    ...over,
  };
}

const rowOf = (event: ArchivedEvent, index: number, uid: string): ArchivedRow => ({
  index,
  id: `${event.key}-${index}`,
  uid,
  target: { provider: 'fcm', deviceId: `d-${uid}` },
  state: 'accepted',
});

/** The parts of an event with these recipients, one slice for each list. */
export const partsOf = (event: ArchivedEvent, ...slices: string[][]): ArchivePart[] => [
  ...slices.map((uids, slice): ArchivePart => {
    const { appId, key, at } = event;
    return { kind: 'slice', slice: { appId, key, at, slice, rows: uids.map((uid, i) => rowOf(event, i, uid)) } };
  }),
  { kind: 'event', event: { ...event, slices: slices.length } },
];

/** All events of an app, page by page. */
export async function walk(
  reader: ArchiveReader,
  range: Partial<ArchiveRange> = {},
  appId = APP,
): Promise<ArchivedEvent[]> {
  const { order = 'append', limit = 1000 } = range;
  const all: ArchivedEvent[] = [];
  for (let after = range.after; ; ) {
    const { events, next } = await reader.page(appId, { ...range, after, order, limit });
    all.push(...events);
    if (!next) return all;
    after = next;
  }
}

export const keysOf = (events: readonly ArchivedEvent[]): string[] => events.map(({ key }) => key);

/** The uids in all rows of an event. */
export async function uidsOf(reader: ArchiveReader, event: ArchivedEvent): Promise<string[]> {
  const uids: string[] = [];
  for (let slice = 0; slice < event.slices; slice++) {
    for (const { uid } of await reader.rows(event, slice)) uids.push(uid);
  }
  return uids;
}
