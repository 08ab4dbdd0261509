/** What happens to a connection: it is `opened` and later `closed`; meanwhile the server may send a `goaway`. */
export type ConnectionEvent = 'opened' | 'closed' | 'goaway';

/** Called with what happens to the connections of a provider, for its metrics. */
export type OnConnection = (event: ConnectionEvent) => void;
