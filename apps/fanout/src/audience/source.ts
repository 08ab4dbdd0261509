/** The next people of an audience, before anybody is left out, and where to go on. */
export interface Page {
  uids: readonly string[];
  cursor: string;
  last: boolean;
  /** On which of their devices a call rang, by uid; of a later state of a call, and who is not there has not heard it. */
  rung?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The audience is not there yet: ask again in a while. */
export interface Later {
  retryInMs: number;
}

/** Where the audience of one event comes from: page by page, in an order that a cursor can go on from. */
export interface AudienceSource {
  /** The group whose members the chat backend tells us: its word makes people known. */
  pulledGroup?: string;
  /** The group whose size the app may limit. */
  group?: string;
  page(cursor: string): Promise<Page | Later>;
}
