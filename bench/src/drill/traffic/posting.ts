/** The apps of the drill: one with phones (FCM and APNs), one with a webhook. */
export type AppName = 'phones' | 'webhook';

/** How long an event's news stays current: by the deadlines that the drill sets for its apps. */
export const DEADLINES_MS = { ring: 10_000, end: 60_000, message: 3_600_000, update: 900_000 } as const;

/** An event to post, and whom it has to reach. */
export interface Posting {
  app: AppName;
  id: string;
  /** Different for every event: all payloads have it, so that it names the event at the simulators. */
  sentAt: number;
  kind: 'message' | 'edit' | 'reaction' | 'ring' | 'end';
  /** Of an edit its message, of an end its ring: `sentAt`. */
  original?: number;
  /** Push tokens, or uids of the webhook's recipients. */
  targets: readonly string[];
  body: object;
}
