/** Which page of a list. */
export interface PageOptions {
  /** At most 1,000; default 100. */
  limit?: number;
  /** From the `meta.cursor` of the previous page. */
  cursor?: string;
}

/** A page of a list. The cursor is absent on the last page. */
export interface Page<T, Meta = object> {
  data: T[];
  meta: { cursor?: string } & Meta;
}

export type Lane = 'call' | 'chat' | 'bulk';
export type ProviderKind = 'fcm' | 'apns' | 'custom';
export type DeliveryState =
  | 'pending'
  | 'retrying'
  | 'held'
  | 'accepted'
  | 'token_dead'
  | 'rejected'
  | 'expired'
  | 'superseded';
